-- Nodes: their leases, and taking over the members of dead ones.

-- A node names the sessions it still serves and takes back members that others adopted. Answers sessions that were replaced.
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

-- `node` takes over the members of a dead node, who lost their connections with it.
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

-- Members of nodes that have been dead for longer than any grace lasts leave at once.
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

local function living_nodes(nodes, at)
  return redis.call('ZRANGEBYSCORE', nodes, '(' .. at, '+inf')
end

local function version_in(key)
  return tonumber(redis.call('GET', key) or nil)
end

-- Makes this Redis one of our data version. Answers nil, or who is in the way. 'take': there are no rooms.
local function claim(keys, args)
  local nodes, version = unpack(keys)
  local ttl, may_take = tonumber(args[1]), args[2] == 'take'
  local held = version_in(version) or (redis.call('EXISTS', nodes) == 1 and FIRST_VERSION) or DATA_VERSION
  local living = #living_nodes(nodes, now())
  if held ~= DATA_VERSION and (living > 0 or not may_take) then
    return cmsgpack.pack({ held = held, ours = DATA_VERSION, nodes = living })
  end
  redis.call('SET', version, DATA_VERSION, 'PX', ttl)
  return nil
end

-- Where a flush took the version, the first lease brings it back.
local function keep_version(version, ttl)
  if (version_in(version) or DATA_VERSION) ~= DATA_VERSION then error({ err = 'VERSION this Redis has another data version' }) end
  redis.call('SET', version, DATA_VERSION, 'PX', ttl)
end

-- The libraries in use, and those that were within the last minute.
local function keep_library(libraries, at, ms)
  redis.call('ZREMRANGEBYSCORE', libraries, '-inf', at - BACKSTOP_MS)
  redis.call('ZADD', libraries, 'GT', at + ms, LIBRARY)
  redis.call('PEXPIRE', libraries, LEASES_MS)
  return redis.call('ZRANGE', libraries, 0, -1)
end

-- WELCOME-4: what each living node takes. Nodes of builds without optional frames have no entry.
local function keep_features(offers, node, features, at, ms)
  redis.call('ZREMRANGEBYSCORE', offers, '-inf', at)
  redis.call('ZADD', offers, at + ms, node .. features)
  redis.call('PEXPIRE', offers, LEASES_MS)
  return redis.call('ZRANGEBYSCORE', offers, '(' .. at, '+inf')
end

-- Renews a node's lease, or gives it up (0 ms). Answers whether it had lapsed, the living nodes, those that died within
-- the last minute, the libraries in use, and what each node takes.
local function lease(keys, args)
  local nodes, version, libraries, offers = unpack(keys)
  local node, ms, version_ttl, features = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
  local at = now()
  if ms > 0 then keep_version(version, version_ttl) end
  local before = tonumber(redis.call('ZSCORE', nodes, node) or 0)
  redis.call('ZREMRANGEBYSCORE', nodes, '-inf', at - BACKSTOP_MS)
  redis.call('ZADD', nodes, at + ms, node)
  redis.call('PEXPIRE', nodes, LEASES_MS)
  return {
    before <= at and 'lapsed' or 'held', living_nodes(nodes, at), redis.call('ZRANGEBYSCORE', nodes, '-inf', at),
    keep_library(libraries, at, ms), keep_features(offers, node, features, at, ms),
  }
end

-- The nodes that were alive within the last `args[1]` ms.
local function lately(keys, args)
  return redis.call('ZRANGEBYSCORE', keys[1], '(' .. now() - tonumber(args[1]), '+inf')
end
