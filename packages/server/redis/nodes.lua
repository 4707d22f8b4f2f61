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

-- Renews a node's lease. Answers whether it had lapsed, the living nodes, and those that died within the last minute.
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

-- The nodes that were alive within the last `args[1]` ms.
local function lately(keys, args)
  return redis.call('ZRANGEBYSCORE', keys[1], '(' .. now() - tonumber(args[1]), '+inf')
end
