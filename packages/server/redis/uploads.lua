-- Bringing, reading and erasing files (rules FILE-2 to FILE-9). None of it restarts the room's life.

local function store_file(tail, room, file, at)
  local room_ms = room.exp - at + REFRESH_MS
  redis.call('HSET', 'fr' .. tail, file.fid, pack_file(file))
  redis.call('PEXPIRE', 'fr' .. tail, room_ms)
  keep_file(tail, file, at, room_ms)
end

-- The living room and a file that it has.
local function living_file(tail, fid, at)
  local room = living(tail, at)
  local packed = redis.call('HGET', 'fr' .. tail, fid)
  local file = room and packed and unpack_file(fid, packed)
  if not file or file.due > at then return room, file or nil end
  forget_file(tail, fid)
  return room, nil
end

-- What keeps a new file out, if anything.
local function file_refusal(tail, ask, slot, at)
  local bytes, open, own = ask.size, 0, 0
  local files = list_files(tail, at)
  for _, file in ipairs(files) do
    bytes = bytes + file.size
    if file.writer ~= NO_WRITER then open = open + 1 end
    if file.writer == slot then own = own + 1 end
  end
  if own >= ask.openPerMember then return 'rate' end
  if open >= ask.openPerRoom or #files >= ask.perRoom or bytes > ask.roomBytes then return 'room_full' end
  return is_short_of_memory(at) and 'server_full' or nil
end

-- `ask` is a map. Answers a word, or the file's life and the numbers of the parts that are there.
local function file_open(keys, args)
  local fid, ask = args[1], cmsgpack.unpack(args[2])
  local tail, at = tail_of(keys[1]), now()
  local room, known, why = living_with(tail, at, ask.slot)
  if not room then return why end
  if not speaking(tail, room, at, known, ask.generation, ask.node) then return 'replaced' end
  local head, content = file_keys(tail, fid)
  local _, file = living_file(tail, fid, at)
  if file then
    local is_same = file.size == ask.size and redis.call('HGET', head, 'del') == ask.delHash
    if not is_same or (file.writer ~= NO_WRITER and file.writer ~= ask.slot) then return 'not_allowed' end
    if file.writer ~= NO_WRITER then redis.call('HSET', head, 'tok', ask.tokenHash) end
    return { tonumber(redis.call('HGET', head, 'life')), redis.call('HKEYS', content) }
  end
  local refusal = file_refusal(tail, ask, ask.slot, at)
  if refusal then return refusal end
  local life = math.min(ask.ttlMs == 0 and room.life or ask.ttlMs, ask.lifeMs)
  redis.call('UNLINK', head, content)
  redis.call('HSET', keys[1], 'files', 1)
  redis.call('HSET', head, 'size', ask.size, 'parts', ask.parts, 'del', ask.delHash, 'life', life, 'tok', ask.tokenHash)
  store_file(tail, room, { fid = fid, due = at + ask.firstMs, size = ask.size, writer = ask.slot }, at)
  return { life, {} }
end

-- The open file that this token opens, or nil and why.
local function written_file(tail, fid, token_hash, at)
  local room, file = living_file(tail, fid, at)
  local token, erased, till = unpack(redis.call('HMGET', (file_keys(tail, fid)), 'tok', 'erased', 'till'))
  if not room then return nil, nil, 'unknown' end
  if file and token == token_hash then return room, file end
  local is_late = not file and erased == token_hash and at < tonumber(till)
  return nil, nil, is_late and 'gone' or 'unknown'
end

local function file_expects(keys, args)
  local fid, token_hash = unpack(args)
  local _, file, why = written_file(tail_of(keys[1]), fid, token_hash, now())
  return file and file.size or why
end

-- Answers a word, or the life of a file that is whole with this part.
local function file_put(keys, args)
  local fid, token_hash, n, next_ms, bytes = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local room, file, why = written_file(tail, fid, token_hash, at)
  if not file then return why end
  local head, content = file_keys(tail, fid)
  if redis.call('HSETNX', content, n, bytes) == 0 then return 'stored' end
  local parts, life = unpack(redis.call('HMGET', head, 'parts', 'life'))
  local is_whole = redis.call('HLEN', content) == tonumber(parts)
  if is_whole then
    redis.call('HDEL', head, 'tok')
    file.writer = NO_WRITER
    list_files(tail, at)
  end
  file.due = at + tonumber(is_whole and life or next_ms)
  store_file(tail, room, file, at)
  return is_whole and tonumber(life) or 'stored'
end

local function whole_file(tail, fid, at)
  local _, file = living_file(tail, fid, at)
  return file and file.writer == NO_WRITER and file or nil
end

local function file_find(keys, args)
  local file = whole_file(tail_of(keys[1]), args[1], now())
  return file and file.size
end

local function file_read(keys, args)
  local fid, n = unpack(args)
  local tail = tail_of(keys[1])
  if not whole_file(tail, fid, now()) then return nil end
  local _, content = file_keys(tail, fid)
  return redis.call('HGET', content, n)
end

local function file_erase(keys, args)
  local fid, del_hash, erased_ms = unpack(args)
  local tail, at = tail_of(keys[1]), now()
  local _, file = living_file(tail, fid, at)
  if not file then return 'erased' end
  local head = file_keys(tail, fid)
  local del, token = unpack(redis.call('HMGET', head, 'del', 'tok'))
  if del ~= del_hash then return 'not_allowed' end
  forget_file(tail, fid)
  if token then
    redis.call('HSET', head, 'erased', token, 'till', at + tonumber(erased_ms))
    redis.call('PEXPIRE', head, erased_ms)
  end
  return 'erased'
end
