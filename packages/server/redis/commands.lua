-- What the owner and moderators command. A node has verified the signature, for this epoch and this number.

-- What a command is verified against.
local function law(keys)
  local tail = tail_of(keys[1])
  local room = living(tail, now())
  if not room then return nil end
  local own, c = unpack(redis.call('HMGET', keys[1], 'own', 'c'))
  return cmsgpack.pack({
    ownerPk = own, epoch = room.epoch, c = tonumber(c), charter = redis.call('HGET', 'o' .. tail, 'charter'),
  })
end

-- At most so many stay barred; beyond that the first ones may come back.
local BARRED_MAX = 5000

local function bar(tail, room, at, id, c)
  redis.call('HSET', 'r' .. tail, 'bars', 1)
  redis.call('ZADD', 'b' .. tail, c, id)
  redis.call('ZREMRANGEBYRANK', 'b' .. tail, 0, -BARRED_MAX - 1)
  keep_key(tail, 'b', room, at)
end

local function remove_member(tail, at, slot)
  local member = find(tail, slot)
  redis.call('HDEL', 'm' .. tail, member.id)
  redis.call('HDEL', 'l' .. tail, slot)
  redis.call('HDEL', 'p' .. tail, slot)
  redis.call('ZREM', 'g' .. tail, slot)
  if member.standing == LEFT then return end
  redis.call('ZREM', 'h' .. tail, slot)
  release(tail, member.node)
  presence(tail, at, '', '', slot)
end

local function kick(tail, room, at, ask)
  bar(tail, room, at, ask.target, ask.c)
  local slot = redis.call('HGET', 'm' .. tail, ask.target)
  if not slot then return end
  forget_open_files(tail, at, slot)
  remove_member(tail, at, slot)
end

local function change_charter(tail, ask)
  redis.call('HSETNX', 'o' .. tail, 'first', redis.call('HGET', 'o' .. tail, 'charter'))
  redis.call('HSET', 'o' .. tail, 'charter', ask.bytes, 'blob', ask.blob)
end

local function change_door(tail, ask)
  redis.call('HSET', 'r' .. tail, 'shut', ask.closed and 1 or 0)
end

local function change_pace(tail, room, ask)
  redis.call('HSET', 'r' .. tail, 'slow', ask.slow)
  redis.call('DEL', 'e' .. tail)
  room.paced = ask.slow > 0 and 1 or 0
end

local function change_life(tail, room, at, ask)
  redis.call('HSET', 'r' .. tail, 'hist', ask.history)
  room.life, room.exp = ask.lifeMs, at + ask.lifeMs
  keep_keys(tail, room, at)
  announce_life(tail, room, at)
end

local function command(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, ask.slot)
  if not room then return why end
  if not speaking(tail, room, at, known, ask.generation, ask.node) then return silenced(tail, known) end
  if ask.epoch ~= room.epoch or ask.c ~= tonumber(redis.call('HGET', keys[1], 'c')) + 1 then return 'stale' end
  name_log(tail, room, generation_of_primary(at))
  restart_life(tail, room, at)
  local seq = log_event(tail, room, 'c', ask.bytes .. ask.blob, ask.historyMessages, ask.historyBytes)
  redis.call('HSET', keys[1], 'c', ask.c)
  if ask.op == CHARTER then change_charter(tail, ask) end
  if ask.op == DOOR then change_door(tail, ask) end
  if ask.op == SLOW then change_pace(tail, room, ask) end
  if ask.op == LIFE then change_life(tail, room, at, ask) end
  store_room(tail, room)
  if ask.op == KICK then kick(tail, room, at, ask) end
  if ask.op == END then finish(tail, 'owner') end
  return seq
end
