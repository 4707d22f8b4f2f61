#!lua name=mayfly_v1
-- What a room does in Redis: every function is one atomic step that stores and announces. Redis 7.0 commands only.
-- The node verifies signatures; a function compares what the verdict rested on, and whether the room's time is up.
--
-- Keys. All of a room end in {T}:<room>, where T is one of 1,024 partitions, and every one has a time to live.
--   r hash     reserved, live or ended; policies, public keys, what presence keeps count of
--   o hash     the charter in force and its blob
--   m hash     idPk -> slot
--   l hash     LOG -> what changes with every message (see `pack_room`), slot -> record (see `pack_member`): together,
--              since an append reads and writes one of each
--   p hash     slot -> sealed profile
--   s stream   <seq>-<bytes of the log so far, with its own>: kind and bytes
--   h zset     slots here or in grace, in order of coming      g zset  slots that left, in order of leaving
--   w hash     node -> how many members are in its care
--   c channel  announcements (see `publish`)
--   d{T} zset  the partition's rooms by expiry     u{T} zset  those that nobody uses, by since when
--   n zset     every node by the end of its lease
-- The letters x, t, k, i, a and q are kept for stubs, due times, slices, invites, admissions and knocks.

local HERE, QUIET, AWAY, LEFT = 1, 2, 3, 4
-- The field of `l` that is not a slot, which has 8 bytes.
local LOG = 'log'
-- The last on every list of unused rooms.
local NO_ROOM = ''

local RESERVED_MS = 30000
local TOMBSTONE_MS = 60000
-- A time to live is written at most this often, so it is set that much longer than the room has.
local REFRESH_MS = 15000
local BACKSTOP_MS = 60000
local LEASES_MS = 2 * BACKSTOP_MS
-- A crowd is told what changed at most this often, and by name again below this share of its bound (rule PRESENCE-6).
local PACE_MS = 1000
local LISTED_AGAIN = 3 / 4
local SLACK = 16
-- One more than a room may have, for whoever proves to be its owner (rule JOIN-5).
local OWNERS_SEAT = 1
-- More missed events than this the node reads by itself: on their way through a function they cost seven times as much.
local EVENTS_IN_ANSWER = 32

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function tail_of(key)
  return string.sub(key, 2)
end

local function bytes_of(hex)
  return (string.gsub(hex, '%x%x', function(pair) return string.char(tonumber(pair, 16)) end))
end

-- First byte: E event, P presence, F profile, L life, R replaced, X ended, D to gather. announcement.ts reads the rest.
local function publish(tail, message)
  redis.call('SPUBLISH', 'c' .. tail, message)
end

-- The room's name, and the lists of its partition: all rooms, and those that nobody uses.
local function listed_in(tail)
  local partition = string.match(tail, '^%b{}')
  return string.match(tail, ':(.*)$'), 'd' .. partition, 'u' .. partition
end

local function put_on(list, score, room, ttl)
  redis.call('ZADD', list, score, room)
  if redis.call('PTTL', list) < ttl then redis.call('PEXPIRE', list, ttl) end
end

-- As long as there are rooms, both lists are there: while a slot moves, a call that names a missing key is told to try again.
local function drop_if_over(all, unused)
  if redis.call('EXISTS', all) == 0 then redis.call('DEL', unused) end
end

local function list_room(tail, at, until_ms)
  local room, all, unused = listed_in(tail)
  local ttl = until_ms - at + BACKSTOP_MS
  put_on(all, until_ms, room, ttl)
  put_on(unused, '+inf', NO_ROOM, ttl)
end

-- Life. Content goes at once; what stays for a minute says only why.

local function wipe(tail)
  redis.call('UNLINK', 'o' .. tail, 'm' .. tail, 'l' .. tail, 'p' .. tail, 's' .. tail, 'h' .. tail,
    'g' .. tail, 'w' .. tail, 'r' .. tail)
  local room, all, unused = listed_in(tail)
  redis.call('ZREM', all, room)
  redis.call('ZREM', unused, room)
  drop_if_over(all, unused)
end

local function finish(tail, why)
  wipe(tail)
  redis.call('HSET', 'r' .. tail, 'st', 'ended', 'why', why)
  redis.call('PEXPIRE', 'r' .. tail, TOMBSTONE_MS)
  publish(tail, 'X' .. why)
end

-- Kept are the events `first` to `head`: bytes `start` to `stop` of all that were ever logged. `ttl` is when the keys'
-- times to live were written. Always 64 bytes: with a longer field Redis does not keep a small hash compact.
local ROOM_FORMAT = '>I6I6I6I6I4I4I4I4c8c16'

local function pack_room(room)
  return struct.pack(ROOM_FORMAT, room.exp, room.ttl, room.start, room.stop, room.first, room.head, room.epoch,
    room.life, room.log, room.gen)
end

local function unpack_room(packed)
  local exp, ttl, start, stop, first, head, epoch, life, log, gen = struct.unpack(ROOM_FORMAT, packed)
  return {
    exp = exp, ttl = ttl, start = start, stop = stop, first = first, head = head, epoch = epoch, life = life,
    log = log, gen = gen,
  }
end

local function store_room(tail, room)
  redis.call('HSET', 'l' .. tail, LOG, pack_room(room))
end

-- `r` outlives `l` by the backstop: when `l` is missing earlier, the room is on its way to another primary.
local function is_on_its_way(tail)
  return redis.call('PTTL', 'r' .. tail) > BACKSTOP_MS
end

local function alive(tail, at, packed)
  local room = packed and unpack_room(packed)
  if room and at < room.exp then return room end
  local state = redis.call('HGET', 'r' .. tail, 'st')
  if state == 'live' and not room and is_on_its_way(tail) then error({ err = 'TRYAGAIN half of a room is here' }) end
  if state == 'live' then finish(tail, 'expired') end
  return nil, (state == 'live' or state == 'ended') and 'gone' or 'vanished'
end

-- The open room, or nothing and why: 'gone' with a tombstone, 'vanished' without one.
local function living(tail, at)
  return alive(tail, at, redis.call('HGET', 'l' .. tail, LOG))
end

-- A key that is empty is gone, and its time to live with it: whoever may make it anew says so again.
local function keep_key(tail, letter, room, at)
  redis.call('PEXPIRE', letter .. tail, room.exp - at + REFRESH_MS)
end

local function keep_keys(tail, room, at)
  for letter in string.gmatch('omlpshgw', '.') do keep_key(tail, letter, room, at) end
  redis.call('PEXPIRE', 'r' .. tail, room.exp - at + REFRESH_MS + BACKSTOP_MS)
  list_room(tail, at, room.exp + REFRESH_MS)
  room.ttl = at
end

local function restart_life(tail, room, at)
  room.exp = at + room.life
  if at - room.ttl >= REFRESH_MS or at < room.ttl then keep_keys(tail, room, at) end
end

-- Another one after every promotion of a replica. Asked for ten times a second at most, which is dearer than all the
-- rest of a comparison; no server stops being the primary, loses events and is the primary again in less.
local generation, asked_at = '', 0
local function generation_of_primary(at)
  if at < asked_at or at - asked_at >= 100 then
    generation = string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 16)
    asked_at = at
  end
  return generation
end

local function named_log(log, gen)
  return bytes_of(string.sub(redis.sha1hex(log .. gen), 1, 16))
end

-- A replica that became the primary may lack the log's end: it goes on under another name, so that nobody mistakes it.
local function name_log(tail, room, gen)
  if gen == room.gen then return end
  room.log, room.gen = named_log(room.log, gen), gen
  store_room(tail, room)
end

-- Members.

-- `node` is whose care the member is in; `attempt` names the join that made its newest session.
local MEMBER_FORMAT = '>I4I4BI4c8c8c32'

local function pack_member(member)
  return struct.pack(MEMBER_FORMAT, member.generation, member.n, member.standing, member.from, member.node,
    member.attempt, member.id)
end

local function unpack_member(slot, packed)
  local generation, n, standing, from, node, attempt, id = struct.unpack(MEMBER_FORMAT, packed)
  return {
    slot = slot, generation = generation, n = n, standing = standing, from = from, node = node, attempt = attempt, id = id,
  }
end

local function find(tail, slot)
  local packed = redis.call('HGET', 'l' .. tail, slot)
  return packed and unpack_member(slot, packed)
end

local function store(tail, member)
  redis.call('HSET', 'l' .. tail, member.slot, pack_member(member))
end

-- As `living`, and one of its members, if known.
local function living_with(tail, at, slot)
  local packed, record = unpack(redis.call('HMGET', 'l' .. tail, LOG, slot))
  local room, why = alive(tail, at, packed)
  return room, room and record and unpack_member(slot, record), why
end

local function release(tail, node)
  if redis.call('HINCRBY', 'w' .. tail, node, -1) <= 0 then redis.call('HDEL', 'w' .. tail, node) end
end

-- One more member is in the care of `node`, and one fewer in that of `before`, if any.
local function count_on_node(tail, room, at, node, before)
  redis.call('HINCRBY', 'w' .. tail, node, 1)
  if before then release(tail, before) else keep_key(tail, 'w', room, at) end
end

local function count(tail)
  return redis.call('ZCARD', 'h' .. tail)
end

-- A room that nobody uses gives way to a new one where there are too many: nobody is there, nobody has written, and at
-- most one identity has ever come.
local function is_unused(tail, room)
  return room.head == 1 and count(tail) == 0 and redis.call('HLEN', 'm' .. tail) <= 1
end

local function list_if_unused(tail, room, at)
  if not is_unused(tail, room) then return end
  local name, _, unused = listed_in(tail)
  put_on(unused, at, name, room.exp - at + REFRESH_MS + BACKSTOP_MS)
end

local function unlist_unused(tail)
  local name, _, unused = listed_in(tail)
  redis.call('ZREM', unused, name)
end

-- Telling that keeps its pace, for crowds: at once after a while of silence, else nodes are asked to call `flush_counts` when
-- the pause is over. `what` is one letter. True: tell now.
local function may_announce(tail, what, at)
  local f = redis.call('HMGET', 'r' .. tail, what .. 'told', what .. 'due')
  local pause = tonumber(f[1] or 0) + PACE_MS - at
  if pause <= 0 or pause > PACE_MS then
    redis.call('HSET', 'r' .. tail, what .. 'told', at)
    redis.call('HDEL', 'r' .. tail, what .. 'due')
    return true
  end
  if f[2] then return false end
  redis.call('HSET', 'r' .. tail, what .. 'due', 1)
  publish(tail, 'D' .. struct.pack('>I4', pause))
  return false
end

-- `joined` is slot and idPk, the others are slots, each without a separator.
local function publish_presence(tail, snapshot, joined, away, left)
  local version = redis.call('HINCRBY', 'r' .. tail, 'pv', 1)
  publish(tail, 'P' .. struct.pack('>I4I4BI2I2I2', version, count(tail), snapshot, #joined / 40, #away / 8, #left / 8)
    .. joined .. away .. left)
end

-- Who is there, at most `most` and `first`: their slots, records (see `pack_member`) and profiles, as Redis has them.
local function list_members(tail, most, first)
  local slots = redis.call('ZRANGE', 'h' .. tail, 0, most - 1)
  if first then table.insert(slots, first) end
  if #slots == 0 then return { {}, {}, {} } end
  return { slots, redis.call('HMGET', 'l' .. tail, unpack(slots)), redis.call('HMGET', 'p' .. tail, unpack(slots)) }
end

local function publish_everybody(tail, most)
  local list, joined, away = list_members(tail, most), {}, {}
  local slots, records, profiles = unpack(list)
  for i, slot in ipairs(slots) do
    local member = unpack_member(slot, records[i])
    joined[i] = slot .. member.id
    if member.standing == AWAY then away[#away + 1] = slot end
    records[i] = member.id
  end
  publish_presence(tail, 1, table.concat(joined), table.concat(away), '')
  for i, slot in ipairs(slots) do
    if profiles[i] then publish(tail, 'F' .. slot .. records[i] .. profiles[i]) end
  end
end

-- How many a room may have before it is told as counts, and whether it is (rule PRESENCE-6).
local function crowd(tail)
  local f = redis.call('HMGET', 'r' .. tail, 'listed', 'crowd')
  return tonumber(f[1]), f[2] == '1'
end

local function announce_count(tail)
  local listed = crowd(tail)
  if count(tail) > listed * LISTED_AGAIN then return publish_presence(tail, 0, '', '', '') end
  redis.call('HSET', 'r' .. tail, 'crowd', 0)
  publish_everybody(tail, listed)
end

local function presence(tail, at, joined, away, left)
  local listed, counted = crowd(tail)
  if not counted and count(tail) <= listed then return publish_presence(tail, 0, joined, away, left) end
  if not counted then redis.call('HSET', 'r' .. tail, 'crowd', 1) end
  if may_announce(tail, 'p', at) then announce_count(tail) end
end

local function announce_life(tail, room, at)
  local _, counted = crowd(tail)
  if not counted or may_announce(tail, 'l', at) then publish(tail, 'L' .. struct.pack('>I4', room.exp - at)) end
end

local function next_order(tail)
  return redis.call('HINCRBY', 'r' .. tail, 'ord', 1)
end

-- A session of `node` speaks for this member from now on; the caller stores the record.
local function seat(tail, room, at, member, node)
  local before = member.standing
  member.standing = HERE
  if before == LEFT then
    redis.call('ZREM', 'g' .. tail, member.slot)
    redis.call('ZADD', 'h' .. tail, next_order(tail), member.slot)
    keep_key(tail, 'h', room, at)
    unlist_unused(tail)
    count_on_node(tail, room, at, node)
  elseif member.node ~= node then
    count_on_node(tail, room, at, node, member.node)
  end
  member.node = node
  return before
end

local function announce_return(tail, at, member, before)
  if before == AWAY or before == LEFT then presence(tail, at, member.slot .. member.id, '', '') end
  -- Who came meanwhile does not know them, and they do not introduce themselves twice.
  if before ~= LEFT then return end
  local _, counted = crowd(tail)
  local sealed = not counted and redis.call('HGET', 'p' .. tail, member.slot)
  if sealed then publish(tail, 'F' .. member.slot .. member.id .. sealed) end
end

local function depart(tail, room, at, member)
  member.standing = LEFT
  store(tail, member)
  redis.call('ZREM', 'h' .. tail, member.slot)
  redis.call('ZADD', 'g' .. tail, next_order(tail), member.slot)
  keep_key(tail, 'g', room, at)
  release(tail, member.node)
  list_if_unused(tail, room, at)
  presence(tail, at, '', '', member.slot)
end

-- The member this session speaks for. Whom another node took for dead is taken back, unless a newer session has come.
local function speaking(tail, room, at, member, generation, node)
  if not member or member.generation ~= generation then return nil end
  if member.standing == HERE and member.node == node then return member end
  if member.node == node then return nil end
  local before = seat(tail, room, at, member, node)
  store(tail, member)
  announce_return(tail, at, member, before)
  return member
end

local function forget_longest_gone(tail)
  local oldest = redis.call('ZPOPMIN', 'g' .. tail)[1]
  if not oldest then return end
  redis.call('HDEL', 'm' .. tail, find(tail, oldest).id)
  redis.call('HDEL', 'l' .. tail, oldest)
  redis.call('HDEL', 'p' .. tail, oldest)
end

-- A slot is named after the first join, which is random.
local function add_member(tail, room, id, slot, records)
  if redis.call('HLEN', 'm' .. tail) >= tonumber(records) then forget_longest_gone(tail) end
  while redis.call('HEXISTS', 'l' .. tail, slot) == 1 do slot = bytes_of(string.sub(redis.sha1hex(slot), 1, 16)) end
  redis.call('HSET', 'm' .. tail, id, slot)
  local from = redis.call('HGET', 'r' .. tail, 'hist') == 'none' and room.head or 0
  return { slot = slot, generation = 0, n = 0, standing = LEFT, from = from, node = '', id = id }
end

-- The log.

local function kept(room)
  return room.head - room.first + 1
end

-- An entry's id says where it ends, so that what goes before it need not be read.
local function let_go(tail, room, last)
  local id = redis.call('XRANGE', 's' .. tail, last, last)[1][1]
  room.first, room.start = last + 1, tonumber(string.match(id, '-(.*)'))
end

-- What is beyond the number of events goes in batches; nobody is shown it meanwhile. Bytes are never beyond theirs.
local function trim(tail, room, events, bytes)
  if kept(room) <= events + SLACK and room.stop - room.start <= bytes then return end
  if kept(room) > events then let_go(tail, room, room.head - events) end
  while room.stop - room.start > bytes do let_go(tail, room, room.first) end
  redis.call('XTRIM', 's' .. tail, 'MINID', room.first)
end

-- The caller stores the room.
local function log_event(tail, room, kind, content, events, bytes)
  local seq = room.head + 1
  room.head, room.stop = seq, room.stop + #content
  redis.call('XADD', 's' .. tail, string.format('%d-%d', seq, room.stop), kind, content)
  trim(tail, room, events, bytes)
  publish(tail, 'E' .. room.log .. struct.pack('>I4', seq) .. kind .. content)
  return seq
end

-- As Redis has them: id, and kind and bytes.
local function events_after(tail, after, last)
  if after >= last then return {} end
  return redis.call('XRANGE', 's' .. tail, after + 1, last)
end

-- Rules RESUME-1 to RESUME-3: mode, reason, and the place after which events follow.
local function resume_from(room, log, seq, own_from, events)
  local trimmed_to = room.head - math.min(kept(room), tonumber(events))
  local from = math.max(own_from, trimmed_to)
  if log == '' then return 'reset', 'fresh', from end
  if log ~= room.log then return 'reset', 'new_log', from end
  seq = tonumber(seq)
  if seq > room.head then return 'reset', 'ahead', from end
  if math.max(seq, own_from) < trimmed_to then return 'reset', 'too_old', from end
  return 'resume', '', math.max(seq, from)
end

-- The functions. `keys[1]` is the room's r key.

local function reserved_for(key, at)
  local state = redis.call('HMGET', key, 'st', 'exp', 'own')
  return state[1] == 'reserved' and at < tonumber(state[2]) and state[3] or nil
end

local function create(keys, args)
  local owner, life, history, may = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  if living(tail, at) or reserved_for(keys[1], at) then return 'taken' end
  if may == 'full' then return 'full' end
  wipe(tail)
  redis.call('HSET', keys[1], 'st', 'reserved', 'exp', at + RESERVED_MS, 'life', life, 'own', owner, 'hist', history)
  redis.call('PEXPIRE', keys[1], RESERVED_MS)
  list_room(tail, at, at + RESERVED_MS)
  return 'created'
end

local function open(keys, args)
  local owner, access, link, door, epoch, c, charter, blob, log, listed, events, bytes = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  if living(tail, at) and redis.call('HGET', 'o' .. tail, 'charter') == charter then return 'opened' end
  if reserved_for(keys[1], at) ~= owner then return 'not_reserved' end
  local life = tonumber(redis.call('HGET', keys[1], 'life'))
  redis.call('HSET', keys[1], 'st', 'live', 'pv', 0, 'ord', 0, 'c', c, 'a', access, 'link', link, 'door', door,
    'listed', listed)
  redis.call('HDEL', keys[1], 'exp')
  redis.call('HSET', 'o' .. tail, 'charter', charter, 'blob', blob)
  local gen = generation_of_primary(at)
  local room = {
    exp = at + life, ttl = at, start = 0, stop = 0, first = 1, head = 0, epoch = tonumber(epoch), life = life,
    log = named_log(log, gen), gen = gen,
  }
  log_event(tail, room, 'c', charter .. blob, tonumber(events), tonumber(bytes))
  -- Before any member: Redis looks through a small hash from its start.
  store_room(tail, room)
  keep_keys(tail, room, at)
  list_if_unused(tail, room, at)
  return 'opened'
end

local function public_keys(keys)
  local room = living(tail_of(keys[1]), now())
  if not room then return nil end
  local own, access, link, door = unpack(redis.call('HMGET', keys[1], 'own', 'a', 'link', 'door'))
  return { own, access, link, door, room.epoch }
end

local function join(keys, args)
  local id, as, access, epoch, log, seq, attempt, node, most, records, events = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  if not room then return { 'denied' } end
  local f = redis.call('HMGET', keys[1], 'a', 'c', 'hist')
  if f[1] ~= access or room.epoch ~= tonumber(epoch) then return { 'denied' } end

  local known = redis.call('HGET', 'm' .. tail, id)
  if not known and as == 'member' then return { 'denied' } end
  local member = known and find(tail, known)
  local has_seat = member and member.standing ~= LEFT
  local seats = as == 'owner' and most + OWNERS_SEAT or tonumber(most)
  if not has_seat and count(tail) >= seats then return { 'full', redis.call('HKEYS', 'w' .. tail) } end
  name_log(tail, room, generation_of_primary(at))
  member = member or add_member(tail, room, id, attempt, records)
  local before = seat(tail, room, at, member, node)
  member.generation, member.attempt = member.generation + 1, attempt
  store(tail, member)

  if before == HERE then publish(tail, 'R' .. member.slot .. struct.pack('>I4', member.generation)) end
  announce_return(tail, at, member, before)
  if not known then
    room.exp = at + room.life
    announce_life(tail, room, at)
  end
  keep_keys(tail, room, at)
  store_room(tail, room)

  local charter = redis.call('HMGET', 'o' .. tail, 'charter', 'blob')
  local mode, reason, after = resume_from(room, log, seq, member.from, events)
  local missed_after = room.head - after > EVENTS_IN_ANSWER and after or events_after(tail, after, room.head)
  return {
    'joined', member.slot, member.generation, room.log, room.head, mode, reason, room.epoch, tonumber(f[2]),
    charter[1], charter[2], member.n, f[3], room.life, room.exp - at,
    tonumber(redis.call('HGET', keys[1], 'pv')), count(tail),
    list_members(tail, (crowd(tail)), member.slot), missed_after, redis.call('HKEYS', 'w' .. tail),
  }
end

-- What a room is, for someone who is not in it. Nothing changes, not even a time to live.
local function look(keys, args)
  local access, epoch, most = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  local f = room and redis.call('HMGET', keys[1], 'a', 'hist')
  if not room or f[1] ~= access or room.epoch ~= tonumber(epoch) then return nil end
  local here = count(tail)
  return { here, room.exp - at, f[2], here >= tonumber(most) and 1 or 0, redis.call('HKEYS', 'w' .. tail) }
end

-- All but the envelope comes packed (answers.ts, `messageWord`), since each argument, and each number as text, costs time.
local function append(keys, args)
  local slot, generation, node, n, epoch, events, bytes = struct.unpack('>c8I4c8I4I4I4I4', args[1])
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, slot)
  if not room then return why end
  local member = speaking(tail, room, at, known, generation, node)
  if not member then return 'replaced' end
  if n <= member.n then return 'repeated' end
  if epoch ~= room.epoch then return 'epoch' end
  if n > member.n + 1 then return 'gap' end
  name_log(tail, room, generation_of_primary(at))
  restart_life(tail, room, at)
  local seq = log_event(tail, room, 'm', args[2], events, bytes)
  member.n = n
  redis.call('HSET', 'l' .. tail, LOG, pack_room(room), slot, pack_member(member))
  return seq
end

-- In a crowd only the author hears it: by the answer, which is the idPk to put into the frame.
local function profile(keys, args)
  local slot, generation, epoch, sealed, node = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, slot)
  if not room then return why end
  local member = speaking(tail, room, at, known, tonumber(generation), node)
  if not member or tonumber(epoch) ~= room.epoch then return 'ignored' end
  redis.call('HSET', 'p' .. tail, slot, sealed)
  keep_key(tail, 'p', room, at)
  local _, counted = crowd(tail)
  if counted then return { member.id } end
  publish(tail, 'F' .. slot .. member.id .. sealed)
  return 'told'
end

-- The next step of a departure, if this session is still the member's newest and stands where the step begins.
local function step_departure(keys, args)
  local slot, generation, step = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room, member, why = living_with(tail, at, slot)
  if not room then return why end
  if not member or member.generation ~= tonumber(generation) then return 'replaced' end
  local standing = member.standing
  if step == 'quiet' and standing == HERE then
    member.standing = QUIET
    store(tail, member)
  elseif step == 'away' and standing == QUIET then
    member.standing = AWAY
    store(tail, member)
    presence(tail, at, '', slot, '')
  elseif (step == 'quiet' and standing == QUIET) or (step == 'away' and standing == AWAY) then
    -- Asked again since the answer was lost, or begun by a node that has died: what follows is still to be done.
    return 'done'
  elseif (step == 'left' and (standing == QUIET or standing == AWAY)) or (step == 'leave' and standing == HERE) then
    depart(tail, room, at, member)
  else
    return 'ignored'
  end
  return 'done'
end

-- A join whose answer never reached its node: nobody is connected. Answers the session, if it is still the newest.
local function withdraw(keys, args)
  local id, attempt = unpack(args)
  local tail = tail_of(keys[1])
  local slot = living(tail, now()) and redis.call('HGET', 'm' .. tail, id)
  local member = slot and find(tail, slot)
  if not member or member.attempt ~= attempt or member.standing ~= HERE then return {} end
  member.standing = QUIET
  store(tail, member)
  return { slot, member.generation }
end

local function renew(keys, args)
  local slot, generation, node = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, slot)
  if not room then return why end
  if not speaking(tail, room, at, known, tonumber(generation), node) then return 'replaced' end
  restart_life(tail, room, at)
  store_room(tail, room)
  announce_life(tail, room, at)
  return 'renewed'
end

-- What was gathered while a crowd was told nothing.
local function flush_counts(keys)
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  if not room then return end
  local due = redis.call('HMGET', keys[1], 'pdue', 'ldue')
  redis.call('HDEL', keys[1], 'pdue', 'ldue')
  if due[1] and may_announce(tail, 'p', at) then announce_count(tail) end
  if due[2] and may_announce(tail, 'l', at) then publish(tail, 'L' .. struct.pack('>I4', room.exp - at)) end
end

-- How long the room still has; none ends it.
local function expire(keys)
  local tail, at = tail_of(keys[1]), now()
  local room, why = living(tail, at)
  return room and room.exp - at or why
end

-- One row for each key: what a node needs to know whether it missed anything.
local function heads(keys)
  local at, rows = now(), {}
  local gen = generation_of_primary(at)
  for i, key in ipairs(keys) do
    local tail = tail_of(key)
    local room, why = living(tail, at)
    if room then
      name_log(tail, room, gen)
      rows[i] = { 'here', room.log, room.head, tonumber(redis.call('HGET', key, 'pv')), room.exp - at }
    else
      rows[i] = { why, redis.call('HGET', key, 'why') or '' }
    end
  end
  return rows
end

local function missed(keys, args)
  local log, after, last = unpack(args)
  local tail = tail_of(keys[1])
  local room = living(tail, now())
  if not room or room.log ~= log then return {} end
  return events_after(tail, tonumber(after), tonumber(last))
end

local function present(keys)
  local tail = tail_of(keys[1])
  if not living(tail, now()) then return nil end
  return { tonumber(redis.call('HGET', keys[1], 'pv')), count(tail), list_members(tail, (crowd(tail))) }
end

-- A node says which sessions it still serves: whom others took for dead is back. Answers those that a newer one replaced.
local function reclaim(keys, args)
  local tail, at, replaced = tail_of(keys[1]), now(), {}
  local room = living(tail, at)
  if not room then return replaced end
  for i = 2, #args, 2 do
    local member = find(tail, args[i])
    if not speaking(tail, room, at, member, tonumber(args[i + 1]), args[1]) then
      if member and member.generation > tonumber(args[i + 1]) then
        local last = #replaced
        replaced[last + 1], replaced[last + 2] = member.slot, member.generation
      end
    end
  end
  return replaced
end

-- The members of a dead node have lost their connections: another node takes care of their departure.
local function adopt(keys, args)
  local dead, node = unpack(args)
  local tail, at, adopted = tail_of(keys[1]), now(), {}
  local room = living(tail, at)
  if not room or redis.call('HEXISTS', 'w' .. tail, dead) == 0 then return adopted end
  for _, slot in ipairs(redis.call('ZRANGE', 'h' .. tail, 0, -1)) do
    local member = find(tail, slot)
    if member.node == dead then
      if member.standing == HERE then member.standing = QUIET end
      member.node = node
      store(tail, member)
      count_on_node(tail, room, at, node, dead)
      local last = #adopted
      adopted[last + 1], adopted[last + 2] = slot, member.generation
    end
  end
  return adopted
end

-- Members whose nodes have been dead for longer than anybody's grace have left.
local function reap(keys, args)
  local tail, at, dead = tail_of(keys[1]), now(), {}
  local room = living(tail, at)
  if not room then return end
  for _, node in ipairs(args) do dead[node] = true end
  for _, slot in ipairs(redis.call('ZRANGE', 'h' .. tail, 0, -1)) do
    local member = find(tail, slot)
    if dead[member.node] then depart(tail, room, at, member) end
  end
end

-- A node says that it lives for so long. Answers whether it had lapsed, who lives, and who did until a minute ago.
local function lease(keys, args)
  local node, ms = unpack(args)
  local at = now()
  local before = tonumber(redis.call('ZSCORE', keys[1], node) or 0)
  redis.call('ZREMRANGEBYSCORE', keys[1], '-inf', at - BACKSTOP_MS)
  redis.call('ZADD', keys[1], at + ms, node)
  redis.call('PEXPIRE', keys[1], LEASES_MS)
  return {
    before <= at and 'lapsed' or 'held',
    redis.call('ZRANGEBYSCORE', keys[1], '(' .. at, '+inf'),
    redis.call('ZRANGEBYSCORE', keys[1], '-inf', at),
  }
end

-- The nodes that live, or did so many milliseconds ago.
local function lately(keys, args)
  return redis.call('ZRANGEBYSCORE', keys[1], '(' .. now() - tonumber(args[1]), '+inf')
end

-- The longest unused room of a partition, and for how long that has been so.
local function longest_unused(list, at)
  local room, since = unpack(redis.call('ZRANGE', list, 0, 0, 'WITHSCORES'))
  if not room or room == NO_ROOM then return NO_ROOM, 0 end
  return room, math.max(0, at - tonumber(since))
end

-- A partition's rooms, open or reserved: how many, how soon the first may be over, and which has been unused longest.
local function rooms(keys)
  local all, unused = unpack(keys)
  local at = now()
  for _, room in ipairs(redis.call('ZRANGEBYSCORE', all, '-inf', at)) do redis.call('ZREM', unused, room) end
  redis.call('ZREMRANGEBYSCORE', all, '-inf', at)
  drop_if_over(all, unused)
  local first = redis.call('ZRANGE', all, 0, 0, 'WITHSCORES')
  return { redis.call('ZCARD', all), first[2] and tonumber(first[2]) - at or -1, longest_unused(unused, at) }
end

-- A room makes place for another, unless somebody has come: another node may have missed that (another version does).
local function give_way(keys)
  local tail, at = tail_of(keys[1]), now()
  local _, _, unused = listed_in(tail)
  local room = living(tail, at)
  unlist_unused(tail)
  local is_over = room and is_unused(tail, room)
  if is_over then finish(tail, 'server') end
  return { is_over and 1 or 0, longest_unused(unused, at) }
end

-- Out of memory, Redis refuses every function that does not say that it may still run. What ends, repairs or makes room
-- may, and so may who only returns.
local FREES = { 'allow-oom' }
local function register(name, callback, flags)
  redis.register_function({ function_name = 'mayfly_v1_' .. name, callback = callback, flags = flags or {} })
end

register('create', create)
register('open', open)
register('keys', public_keys, FREES)
register('join', join)
register('rejoin', join, FREES)
register('look', look, FREES)
register('append', append)
register('profile', profile)
register('step_departure', step_departure, FREES)
register('renew', renew, FREES)
register('expire', expire, FREES)
register('flush_counts', flush_counts, FREES)
register('heads', heads, FREES)
register('missed', missed, FREES)
register('present', present, FREES)
register('reclaim', reclaim, FREES)
register('adopt', adopt, FREES)
register('reap', reap, FREES)
register('withdraw', withdraw, FREES)
register('lease', lease, FREES)
register('lately', lately, FREES)
register('rooms', rooms, FREES)
register('give_way', give_way, FREES)
