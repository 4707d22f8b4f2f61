-- A new link (docs/protocol.md, ROTATE rules): whom slices are made for, those that wait for their charter, and the step in
-- which it comes into force.

-- A page of records in the order of their slots: whether there are more, then slots, records and profiles as in `list_members`.
local function records(keys, args)
  local after, most = args[1], tonumber(args[2])
  local tail = tail_of(keys[1])
  if not living(tail, now()) then return nil end
  local slots, page = redis.call('HVALS', 'm' .. tail), {}
  table.sort(slots)
  for _, slot in ipairs(slots) do
    if slot > after and #page <= most then page[#page + 1] = slot end
  end
  local more = #page > most and 1 or 0
  page[most + 1] = nil
  if #page == 0 then return { 0, {}, {}, {} } end
  return { more, page, redis.call('HMGET', 'l' .. tail, unpack(page)), redis.call('HMGET', 'p' .. tail, unpack(page)) }
end

-- Whether slices wait for the charter with this tag. Their time starts anew with each call of `stage`.
local function is_staged(tail, at, tag)
  local header = redis.call('HGET', 'y' .. tail, '')
  if not header then return false end
  local held, till = struct.unpack('>c8I6', header)
  return held == tag and at < till
end

-- `slices`: slot and slice each, without separators. Answers how many are staged.
local function stage(keys, args)
  local slot, generation, node, tag, slices = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, slot)
  if not room then return why end
  if not speaking(tail, room, at, known, tonumber(generation), node) then return silenced(tail, known) end
  local staged = 'y' .. tail
  redis.call('HSETNX', keys[1], 'rot', 0)
  if not is_staged(tail, at, tag) then redis.call('UNLINK', staged) end
  redis.call('HSET', staged, '', tag .. struct.pack('>I6', at + STAGED_MS))
  for i = 1, #slices, 8 + SLICE_BYTES do
    local to = string.sub(slices, i, i + 7)
    if redis.call('HEXISTS', 'l' .. tail, to) == 1 then
      redis.call('HSET', staged, to, string.sub(slices, i + 8, i + 7 + SLICE_BYTES))
    end
  end
  redis.call('PEXPIRE', staged, STAGED_MS)
  return redis.call('HLEN', staged) - 1
end

-- The slices of those who are not gone, for the nodes that serve them: they send each its own before event `seq`.
local function publish_slices(tail, room, key)
  local header, rows, slices = 'K' .. room.log .. struct.pack('>I4I4', room.head + 1, room.epoch), redis.call('HGETALL', key), {}
  for i = 1, #rows, 2 do slices[#slices + 1] = rows[i] .. rows[i + 1] end
  for i = 1, #slices, 256 do
    publish(tail, header .. table.concat(slices, '', i, math.min(i + 255, #slices)))
  end
end

local function keep_only(tail, at, key)
  for _, slot in ipairs(redis.call('HVALS', 'm' .. tail)) do
    if redis.call('HEXISTS', key, slot) == 0 then
      forget_open_files(tail, at, slot)
      remove_member(tail, at, slot)
    end
  end
end

-- As `command`.
local function rotate(keys, args)
  local ask = cmsgpack.unpack(args[1])
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, ask.slot)
  if not room then return why end
  if not speaking(tail, room, at, known, ask.generation, ask.node) then return silenced(tail, known) end
  if ask.epoch ~= room.epoch or ask.c ~= tonumber(redis.call('HGET', keys[1], 'c')) + 1 then return 'stale' end
  local staged = 'y' .. tail
  if redis.call('HEXISTS', keys[1], 'rot') == 0 or not is_staged(tail, at, ask.tag) then return 'not_allowed' end
  name_log(tail, room, generation_of_primary(at))
  restart_life(tail, room, at)
  room.epoch = room.epoch + 1
  local slices = slices_key(tail, room.epoch)
  redis.call('HDEL', staged, '')
  if redis.call('EXISTS', staged) == 1 then redis.call('RENAME', staged, slices) end
  redis.call('PEXPIRE', slices, room.exp - at + REFRESH_MS)
  redis.call('UNLINK', slices_key(tail, room.epoch - EPOCHS_KEPT))
  redis.call('HSET', keys[1], 'c', ask.c, 'a', ask.accessPk, 'link', ask.linkPk or '', 'door', ask.door, 'rot', room.epoch)
  redis.call('HSETNX', 'o' .. tail, 'first', redis.call('HGET', 'o' .. tail, 'charter'))
  redis.call('HSET', 'o' .. tail, 'charter', ask.charter, 'blob', ask.blob)
  publish_slices(tail, room, slices)
  local seq = log_event(tail, room, 'c', ask.charter .. ask.blob, ask.historyMessages, ask.historyBytes)
  if ask.fresh then redis.call('HSET', keys[1], 'floor', seq - 1) end
  store_room(tail, room)
  keep_only(tail, at, slices)
  return seq
end
