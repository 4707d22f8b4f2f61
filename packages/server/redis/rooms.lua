-- Making, opening and describing rooms, and making way for new ones. `ask` and answers are maps (cmsgpack).

-- What a room is, apart from who is in it.
local function terms_of(tail, room)
  local f = redis.call('HMGET', 'r' .. tail, 'c', 'hist', 'shut', 'slow')
  local charter = redis.call('HMGET', 'o' .. tail, 'charter', 'blob')
  return {
    epoch = room.epoch, c = tonumber(f[1]), charter = charter[1], blob = charter[2], closed = f[3] == '1', slow = tonumber(f[4] or 0),
    history = f[2], lifeMs = room.life,
  }
end

local function reserved_for(key, at)
  local state = redis.call('HMGET', key, 'st', 'exp', 'own')
  return state[1] == 'reserved' and at < tonumber(state[2]) and state[3] or nil
end

local function create(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  if living(tail, at) or reserved_for(keys[1], at) then return 'taken' end
  if ask.isFull then return 'full' end
  wipe(tail)
  redis.call('HSET', keys[1], 'st', 'reserved', 'v', DATA_VERSION, 'exp', at + ask.reservedMs, 'life', ask.lifeMs, 'own', ask.ownerPk,
    'hist', ask.history)
  redis.call('PEXPIRE', keys[1], ask.reservedMs)
  list_room(tail, at, at + ask.reservedMs)
  return 'created'
end

local function open(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  local opened_with = living(tail, at) and redis.call('HMGET', 'o' .. tail, 'first', 'charter')
  if opened_with and (opened_with[1] or opened_with[2]) == ask.charter then return 'opened' end
  if reserved_for(keys[1], at) ~= ask.ownerPk then return 'not_reserved' end
  local life = tonumber(redis.call('HGET', keys[1], 'life'))
  redis.call('HSET', keys[1], 'st', 'live', 'pv', 0, 'ord', 0, 'c', ask.c, 'a', ask.accessPk, 'link', ask.linkPk or '',
    'door', ask.door, 'listed', ask.listedMax)
  redis.call('HDEL', keys[1], 'exp')
  redis.call('HSET', 'o' .. tail, 'charter', ask.charter, 'blob', ask.blob)
  local gen = generation_of_primary(at)
  local room = {
    exp = at + life, ttl = at, start = 0, stop = 0, first = 1, head = 0, epoch = ask.epoch, life = life,
    log = named_log(ask.log, gen), gen = gen, due = 0, marked = 0, paced = 0,
  }
  log_event(tail, room, 'c', ask.charter .. ask.blob, ask.historyMessages, ask.historyBytes)
  -- Before any member: Redis searches a small hash from its start.
  store_room(tail, room)
  keep_keys(tail, room, at)
  list_if_unused(tail, room, at)
  return 'opened'
end

local function public_keys(keys)
  local room = living(tail_of(keys[1]), now())
  if not room then return nil end
  local own, access, link, door = unpack(redis.call('HMGET', keys[1], 'own', 'a', 'link', 'door'))
  return cmsgpack.pack({
    ownerPk = own, accessPk = access, linkPk = link ~= '' and link or nil, door = tonumber(door), epoch = room.epoch,
  })
end

-- LOOK-2: what a room is, for someone outside. Changes nothing, not even a time to live.
local function look(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  local room = living(tail, at)
  local access = room and redis.call('HGET', keys[1], 'a')
  if not room or access ~= ask.accessPk or room.epoch ~= ask.epoch then return nil end
  local here = count(tail)
  local terms = terms_of(tail, room)
  local sight = {
    count = here, expiresInMs = room.exp - at, history = terms.history, full = here >= ask.maxMembers, closed = terms.closed,
    charter = terms.charter, blob = terms.blob,
  }
  return { cmsgpack.pack(sight), redis.call('HKEYS', 'w' .. tail) }
end

-- One map for each key: what a node needs to find out whether it missed anything.
local function heads(keys)
  local at, rows = now(), {}
  local gen = generation_of_primary(at)
  for i, key in ipairs(keys) do
    local tail = tail_of(key)
    local room, why = living(tail, at)
    if room then
      name_log(tail, room, gen)
      rows[i] = cmsgpack.pack({
        logId = room.log, seq = room.head, version = tonumber(redis.call('HGET', key, 'pv')), expiresInMs = room.exp - at,
      })
    else
      rows[i] = cmsgpack.pack({ why = redis.call('HGET', key, 'why') or why })
    end
  end
  return rows
end

-- The partition's longest unused room, and for how long.
local function longest_unused(list, at)
  local room, since = unpack(redis.call('ZRANGE', list, 0, 0, 'WITHSCORES'))
  if not room or room == NO_ROOM then return nil end
  return { room = room, forMs = math.max(0, at - tonumber(since)) }
end

-- A partition's rooms, open or reserved: how many, when the first may end, and the longest unused one.
local function rooms(keys)
  local all, unused = unpack(keys)
  local at = now()
  for _, room in ipairs(redis.call('ZRANGEBYSCORE', all, '-inf', at)) do redis.call('ZREM', unused, room) end
  redis.call('ZREMRANGEBYSCORE', all, '-inf', at)
  drop_if_over(all, unused)
  local first = redis.call('ZRANGE', all, 0, 0, 'WITHSCORES')
  return cmsgpack.pack({
    rooms = redis.call('ZCARD', all), freeInMs = first[2] and tonumber(first[2]) - at or nil,
    unused = longest_unused(unused, at),
  })
end

-- Ends a room to make way for another, unless someone joined: another node, or another version, may have missed that.
local function give_way(keys)
  local tail, at = tail_of(keys[1]), now()
  local _, _, unused = listed_in(tail)
  local room = living(tail, at)
  unlist_unused(tail)
  local is_over = room and is_unused(tail, room) or false
  if is_over then finish(tail, 'server') end
  return cmsgpack.pack({ isOver = is_over, unused = longest_unused(unused, at) })
end
