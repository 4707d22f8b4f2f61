-- Announcing who is present: by name, or in a crowd as counts.

-- Leading-and-trailing throttle for crowds. `what` is one letter. True: announce now; otherwise nodes are asked to call
-- `flush_counts` after the pause.
local function may_announce(tail, what, at)
  local f = redis.call('HMGET', 'r' .. tail, what .. 'sent', what .. 'due')
  local pause = tonumber(f[1] or 0) + PACE_MS - at
  if pause <= 0 or pause > PACE_MS then
    redis.call('HSET', 'r' .. tail, what .. 'sent', at)
    redis.call('HDEL', 'r' .. tail, what .. 'due')
    return true
  end
  if f[2] then return false end
  redis.call('HSET', 'r' .. tail, what .. 'due', 1)
  publish(tail, 'D' .. struct.pack('>I4', pause))
  return false
end

-- `joined` is slot and idPk each, `away` and `left` slots, without separators.
local function publish_presence(tail, snapshot, joined, away, left)
  local version = redis.call('HINCRBY', 'r' .. tail, 'pv', 1)
  publish(tail, 'P' .. struct.pack('>I4I4BI2I2I2', version, count(tail), snapshot, #joined / 40, #away / 8, #left / 8)
    .. joined .. away .. left)
end

-- Up to `most` members present, and `first`: slots, records (see `pack_member`) and profiles, as Redis stores them.
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

-- PRESENCE-6: the largest room that is announced by name, and whether this one is a crowd.
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

-- From here on a session of `node` speaks for this member. The caller stores the record.
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
  -- Members who came meanwhile don't know them, and clients introduce themselves only once.
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

-- The member this session speaks for. If another node adopted it by mistake, this takes it back.
local function speaking(tail, room, at, member, generation, node)
  if not member or member.generation ~= generation then return nil end
  if member.standing == HERE and member.node == node then return member end
  if member.node == node then return nil end
  local before = seat(tail, room, at, member, node)
  store(tail, member)
  announce_return(tail, at, member, before)
  return member
end

-- Announces what changed during the pause.
local function flush_counts(keys)
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  if not room then return end
  local due = redis.call('HMGET', keys[1], 'pdue', 'ldue')
  redis.call('HDEL', keys[1], 'pdue', 'ldue')
  if due[1] and may_announce(tail, 'p', at) then announce_count(tail) end
  if due[2] and may_announce(tail, 'l', at) then publish(tail, 'L' .. struct.pack('>I4', room.exp - at)) end
end

local function present(keys)
  local tail = tail_of(keys[1])
  if not living(tail, now()) then return nil end
  return { tonumber(redis.call('HGET', keys[1], 'pv')), count(tail), list_members(tail, (crowd(tail))) }
end
