-- What a member's session does: join, send, introduce itself, leave.

-- `ask` is a map. The answer is a map, then lists as Redis stores them: members, missed events, nodes.
local function join(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  if not room then return { 'denied' } end
  local access, bars, shut = unpack(redis.call('HMGET', keys[1], 'a', 'bars', 'shut'))
  if access ~= ask.accessPk or room.epoch ~= ask.epoch then return { 'denied' } end
  if bars and redis.call('ZSCORE', 'b' .. tail, ask.idPk) then return { 'denied' } end

  local known = redis.call('HGET', 'm' .. tail, ask.idPk)
  if not known and ask.mustBeKnown then return { 'denied' } end
  if not known and shut == '1' and not ask.isOwner then return { 'closed' } end
  local member = known and find(tail, known)
  local has_seat = member and member.standing ~= LEFT
  if not has_seat and count(tail) >= ask.seats then return { 'full', redis.call('HKEYS', 'w' .. tail) } end
  name_log(tail, room, generation_of_primary(at))
  member = member or add_member(tail, room, ask.idPk, ask.attempt, ask.maxRecords)
  local before = seat(tail, room, at, member, ask.node)
  member.generation, member.attempt = member.generation + 1, ask.attempt
  store(tail, member)

  if before == HERE then publish(tail, 'R' .. member.slot .. struct.pack('>I4', member.generation)) end
  announce_return(tail, at, member, before)
  if not known then
    room.exp = at + room.life
    announce_life(tail, room, at)
  end
  keep_keys(tail, room, at)
  store_room(tail, room)

  local mode, reason, after = resume_from(room, ask.logId, ask.seq, member.from, ask.historyMessages)
  local missed_after = room.head - after > EVENTS_IN_ANSWER and after or events_after(tail, room, after, room.head)
  local joined = {
    slot = member.slot, generation = member.generation, logId = room.log, seq = room.head, mode = mode, reason = reason,
    lastN = member.n, expiresInMs = room.exp - at, dueInMs = room.due > 0 and room.due - at or nil, terms = terms_of(tail, room),
  }
  return {
    'joined', cmsgpack.pack(joined), tonumber(redis.call('HGET', keys[1], 'pv')), count(tail),
    list_members(tail, (crowd(tail)), member.slot), missed_after, redis.call('HKEYS', 'w' .. tail),
    slices_since(tail, room.epoch, member.slot, ask.known),
  }
end

-- Everything but the envelope is one packed word (asks.ts, `messageWord`): each argument and each number as text costs time.
-- Most messages need no more. Others have two more words: the hash of what their stub will not keep if they have a ttl, and
-- which message to erase (`eraseWord`).
local function append(keys, args)
  local slot, generation, node, n, epoch, events, bytes = struct.unpack('>c8I4c8I4I4I4I4', args[1])
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, slot)
  if not room then return why end
  local member = speaking(tail, room, at, known, generation, node)
  if not member then return silenced(tail, known) end
  if n <= member.n then return 'repeated' end
  if epoch ~= room.epoch then return 'epoch' end
  if n > member.n + 1 then return 'gap' end
  local erased, may_erase, entry, rest_hash, proof, del_h
  if args[4] and args[4] ~= '' then
    erased, del_h, proof, rest_hash = struct.unpack('>I4c16c16c32', args[4])
    may_erase, entry = erasable(tail, room, erased, del_h)
    if not may_erase then return 'not_allowed' end
  end
  local is_paced = room.paced == 1 and not erased and not has_power(tail, member.id)
  if is_paced then
    local wait = pause_left(tail, at, slot)
    if wait > 0 then return { wait } end
    begin_pause(tail, room, at, slot)
  end
  name_log(tail, room, generation_of_primary(at))
  restart_life(tail, room, at)
  if entry then unsend(tail, room, at, erased, entry, rest_hash, proof) end
  local timed = args[3] and args[3] ~= '' and args[3] or nil
  local seq = log_event(tail, room, 'm', args[2], events, bytes, timed)
  if timed then expire_at(tail, room, at, at + 1000 * struct.unpack('>I2', string.sub(args[2], 6, 7))) end
  member.n = n
  redis.call('HSET', 'l' .. tail, LOG, pack_room(room), slot, pack_member(member))
  return seq
end

-- In a crowd only the author gets it: the answer is the idPk for their frame.
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
  return 'announced'
end

-- EPHEMERAL-1: announced, and written nowhere.
local function relay(keys, args)
  local slot, generation, epoch, sealed, most = unpack(args)
  local tail = tail_of(keys[1])
  local room, member = living_with(tail, now(), slot)
  if not room or tonumber(epoch) ~= room.epoch or count(tail) > tonumber(most) then return end
  if member and member.standing == HERE and member.generation == tonumber(generation) then
    publish(tail, 'S' .. slot .. sealed)
  end
end

-- The next step of a departure, if this session is still the newest and at the step before.
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
    -- A retry after a lost answer, or started by a node that has died: the following steps remain.
    return 'done'
  elseif (step == 'left' and (standing == QUIET or standing == AWAY)) or (step == 'leave' and standing == HERE) then
    depart(tail, room, at, member)
  else
    return 'ignored'
  end
  return 'done'
end

-- Undoes a join whose answer never reached its node. Answers the session, if it is still the newest.
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
