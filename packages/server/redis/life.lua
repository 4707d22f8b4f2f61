-- A room's life. Content goes at once; a tombstone stays for a minute and only says why.

local function wipe(tail)
  wipe_files(tail)
  wipe_slices(tail)
  redis.call('UNLINK', 'o' .. tail, 'm' .. tail, 'l' .. tail, 'p' .. tail, 's' .. tail, 'h' .. tail,
    'g' .. tail, 'w' .. tail, 'x' .. tail, 't' .. tail, 'b' .. tail, 'e' .. tail, 'r' .. tail)
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

-- The log keeps events `first` to `head`: bytes `start` to `stop` of everything ever logged. `ttl` is when times to live
-- were last written. `due`: the next entry of `t`; 0 without one. `marked`: 1 once there was something in `x` or `t`.
-- `paced`: 1 in slow mode; both are bits of the last byte.
-- 63 bytes: with a field longer than 64, Redis doesn't keep a small hash compact.
local ROOM_FORMAT = '>I6I6I6I6I4I4I4I4c8c8I6B'

local function pack_room(room)
  return struct.pack(ROOM_FORMAT, room.exp, room.ttl, room.start, room.stop, room.first, room.head, room.epoch,
    room.life, room.log, room.gen, room.due, room.marked + 2 * room.paced)
end

local function unpack_room(packed)
  local exp, ttl, start, stop, first, head, epoch, life, log, gen, due, bits = struct.unpack(ROOM_FORMAT, packed)
  return {
    exp = exp, ttl = ttl, start = start, stop = stop, first = first, head = head, epoch = epoch, life = life,
    log = log, gen = gen, due = due, marked = bits % 2, paced = bits >= 2 and 1 or 0,
  }
end

local function store_room(tail, room)
  redis.call('HSET', 'l' .. tail, LOG, pack_room(room))
end

-- `r` outlives `l` by the backstop: if `l` is missing earlier, the room is moving to another primary.
local function is_on_its_way(tail)
  return redis.call('PTTL', 'r' .. tail) > BACKSTOP_MS
end

-- SEND-9: erases what is due. In log.lua.
local erase_due

local function alive(tail, at, packed)
  local room = packed and unpack_room(packed)
  if room and at < room.exp then
    if room.due > 0 and at >= room.due then erase_due(tail, room, at) end
    return room
  end
  local state, version = unpack(redis.call('HMGET', 'r' .. tail, 'st', 'v'))
  if state and state ~= 'ended' and tonumber(version) ~= DATA_VERSION then
    error({ err = 'VERSION the room has another data version' })
  end
  if state == 'live' and not room and is_on_its_way(tail) then error({ err = 'TRYAGAIN half of a room is here' }) end
  if state == 'live' then finish(tail, 'expired') end
  return nil, (state == 'live' or state == 'ended') and 'gone' or 'vanished'
end

-- The open room, or nil and why: 'gone' with a tombstone, 'vanished' without one.
local function living(tail, at)
  return alive(tail, at, redis.call('HGET', 'l' .. tail, LOG))
end

-- An emptied key disappears with its time to live: code that may create it again sets that again.
local function keep_key(tail, letter, room, at)
  redis.call('PEXPIRE', letter .. tail, room.exp - at + REFRESH_MS)
end

local function keep_keys(tail, room, at)
  for letter in string.gmatch('omlpshgwxtbe', '.') do keep_key(tail, letter, room, at) end
  keep_files(tail, at, room.exp - at + REFRESH_MS)
  keep_slices(tail, room.exp - at + REFRESH_MS)
  redis.call('PEXPIRE', 'r' .. tail, room.exp - at + REFRESH_MS + BACKSTOP_MS)
  list_room(tail, at, room.exp + REFRESH_MS)
  room.ttl = at
end

local function restart_life(tail, room, at)
  room.exp = at + room.life
  if at - room.ttl >= REFRESH_MS or at < room.ttl then keep_keys(tail, room, at) end
end

-- Changes on every failover. Cached for 100 ms: INFO costs more than the rest of the call, and no server can be demoted,
-- lose events and be promoted again that fast.
local generation, asked_at = '', 0
local function generation_of_primary(at)
  if at < asked_at or at - asked_at >= 100 then
    generation = bytes_of(string.sub(string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)'), 1, 16))
    asked_at = at
  end
  return generation
end

local function named_log(log, gen)
  return bytes_of(string.sub(redis.sha1hex(log .. gen), 1, 16))
end

-- A promoted replica may lack the end of the log, so the log continues under another name.
local function name_log(tail, room, gen)
  if gen == room.gen then return end
  room.log, room.gen = named_log(room.log, gen), gen
  store_room(tail, room)
end

-- How long until the room is over, or the next message has to be erased. Ends or erases what is due.
local function expire(keys)
  local tail, at = tail_of(keys[1]), now()
  local room, why = living(tail, at)
  if not room then return why end
  return (room.due > 0 and math.min(room.due, room.exp) or room.exp) - at
end

-- The operator ends it.
local function end_room(keys)
  local tail = tail_of(keys[1])
  local room, why = living(tail, now())
  if not room then return why end
  finish(tail, 'server')
  return 'ended'
end
