-- Member records, and which rooms nobody uses.

-- `node` looks after the member; `attempt` names the join that started its newest session.
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

-- Like `living`, with one of the room's members, if known.
local function living_with(tail, at, slot)
  local packed, record = unpack(redis.call('HMGET', 'l' .. tail, LOG, slot))
  local room, why = alive(tail, at, packed)
  return room, room and record and unpack_member(slot, record), why
end

-- Why a session speaks for no member any longer: a room without a record of them removed them, if it ever removed anyone or
-- changed its link.
local function silenced(tail, known)
  local may_remove = redis.call('HEXISTS', 'r' .. tail, 'bars') + redis.call('HEXISTS', 'r' .. tail, 'rot') > 0
  return not known and may_remove and 'removed' or 'replaced'
end

-- Up to the list of keys with powers in a charter, after the room's id (docs/crypto.md, CMD-1 and CMD-4), and one of it.
local BEFORE_POWERS, KEY_AND_MASK = 114, 33

-- Whether the charter in force gives this key any power.
local function has_power(tail, id)
  local charter = redis.call('HGET', 'o' .. tail, 'charter')
  local at = 1 + string.byte(charter, 1) + BEFORE_POWERS
  for i = 0, string.byte(charter, at) - 1 do
    local from = at + 1 + i * KEY_AND_MASK
    if string.sub(charter, from, from + 31) == id then return string.byte(charter, from + 32) > 0 end
  end
  return false
end

-- SEND-10, in slow mode.
local function pause_ms(tail)
  return 1000 * tonumber(redis.call('HGET', 'r' .. tail, 'slow'))
end

-- After a failover the clock may be another one: no pause is longer than the pace.
local function pause_left(tail, at, slot)
  return math.min(tonumber(redis.call('ZSCORE', 'e' .. tail, slot) or 0) - at, pause_ms(tail))
end

local function begin_pause(tail, room, at, slot)
  redis.call('ZREMRANGEBYSCORE', 'e' .. tail, '-inf', at)
  redis.call('ZADD', 'e' .. tail, at + pause_ms(tail), slot)
  keep_key(tail, 'e', room, at)
end

local function release(tail, node)
  if redis.call('HINCRBY', 'w' .. tail, node, -1) <= 0 then redis.call('HDEL', 'w' .. tail, node) end
end

-- `node` looks after one more member, and `before`, if any, after one less.
local function count_on_node(tail, room, at, node, before)
  redis.call('HINCRBY', 'w' .. tail, node, 1)
  if before then release(tail, before) else keep_key(tail, 'w', room, at) end
end

local function count(tail)
  return redis.call('ZCARD', 'h' .. tail)
end

-- LIMIT-3: an unused room makes way for a new one. It is empty, has no messages, and at most one identity ever joined.
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

local function next_order(tail)
  return redis.call('HINCRBY', 'r' .. tail, 'ord', 1)
end

local function forget_longest_gone(tail)
  local oldest = redis.call('ZPOPMIN', 'g' .. tail)[1]
  if not oldest then return end
  redis.call('HDEL', 'm' .. tail, find(tail, oldest).id)
  redis.call('HDEL', 'l' .. tail, oldest)
  redis.call('HDEL', 'p' .. tail, oldest)
end

-- The slot is the random number of the first join.
local function add_member(tail, room, id, slot, records)
  if redis.call('HLEN', 'm' .. tail) >= records then forget_longest_gone(tail) end
  while redis.call('HEXISTS', 'l' .. tail, slot) == 1 do slot = bytes_of(string.sub(redis.sha1hex(slot), 1, 16)) end
  redis.call('HSET', 'm' .. tail, id, slot)
  local history, floor = unpack(redis.call('HMGET', 'r' .. tail, 'hist', 'floor'))
  local from = history == 'none' and room.head or tonumber(floor or 0)
  return { slot = slot, generation = 0, n = 0, standing = LEFT, from = from, node = '', id = id }
end
