-- What files a room has: their keys, their sum, and their end. uploads.lua brings and reads them.
--
--   fr hash        fid -> when it is due, size, slot of its writer (see `pack_file`)
--   f<..>:fid hash size, parts, del, life; while it is open also tok        fp<..>:fid hash  number of the part -> bytes
-- `fid` is in hex. Content is in `fp` alone. All end by their own time or with the room's keys, whichever is sooner.

local FILE_FORMAT = '>I6I6c8'
-- In place of a slot: the file is whole, and nothing says who sent it.
local NO_WRITER = '\0\0\0\0\0\0\0\0'

local function pack_file(file)
  return struct.pack(FILE_FORMAT, file.due, file.size, file.writer)
end

local function unpack_file(fid, packed)
  local due, size, writer = struct.unpack(FILE_FORMAT, packed)
  return { fid = fid, due = due, size = size, writer = writer }
end

local function file_keys(tail, fid)
  return 'f' .. tail .. ':' .. fid, 'fp' .. tail .. ':' .. fid
end

-- Without files a room has no `fr`, and says so.
local function forget_file(tail, fid)
  redis.call('UNLINK', file_keys(tail, fid))
  redis.call('HDEL', 'fr' .. tail, fid)
  if redis.call('EXISTS', 'fr' .. tail) == 0 then redis.call('HDEL', 'r' .. tail, 'files') end
end

-- Until a file is due or the room's keys end. Due times are compared with the clock, so keys may last longer.
local function keep_file(tail, file, at, room_ms)
  for _, key in ipairs({ file_keys(tail, file.fid) }) do
    redis.call('PEXPIRE', key, math.min(file.due - at + REFRESH_MS, room_ms))
  end
end

-- The files of the room; those that are due are gone.
local function list_files(tail, at)
  local files, rows = {}, redis.call('HGETALL', 'fr' .. tail)
  for i = 1, #rows, 2 do
    local file = unpack_file(rows[i], rows[i + 1])
    if file.due <= at then forget_file(tail, file.fid) else files[#files + 1] = file end
  end
  return files
end

-- Most rooms have none: while a slot moves, Redis refuses every command about a missing key.
local function has_files(tail)
  return redis.call('HEXISTS', 'r' .. tail, 'files') == 1
end

-- A room between two primaries keeps its files when it is whole again.
local function keep_files(tail, at, room_ms)
  if not has_files(tail) or type(redis.pcall('PEXPIRE', 'fr' .. tail, room_ms)) == 'table' then return end
  for _, file in ipairs(list_files(tail, at)) do keep_file(tail, file, at, room_ms) end
end

-- What a removed member has not finished; what is whole stays.
local function forget_open_files(tail, at, slot)
  if not has_files(tail) then return end
  for _, file in ipairs(list_files(tail, at)) do
    if file.writer == slot then forget_file(tail, file.fid) end
  end
end

local function wipe_files(tail)
  if not has_files(tail) then return end
  local fids = redis.call('HKEYS', 'fr' .. tail)
  -- As `r` outlives `fr` by the backstop, its files are still on their way to this primary.
  if #fids == 0 and redis.call('PTTL', 'r' .. tail) > BACKSTOP_MS then error({ err = 'TRYAGAIN half of a room is here' }) end
  for _, fid in ipairs(fids) do redis.call('UNLINK', file_keys(tail, fid)) end
  redis.call('UNLINK', 'fr' .. tail)
end

-- LIMIT-10: from this share of its memory Redis takes no new files. Asked once a second, since INFO is dear.
local SHORT_SHARE = 0.7
local SHARE_MS = 1000
local is_short, looked_at = false, 0
local function is_short_of_memory(at)
  if at >= looked_at and at - looked_at < SHARE_MS then return is_short end
  local info = redis.call('INFO', 'memory')
  local function bytes(name) return tonumber(string.match(info, '\n' .. name .. ':(%d+)') or 0) end
  local most = bytes('maxmemory')
  if most == 0 then most = bytes('total_system_memory') end
  is_short, looked_at = most > 0 and bytes('used_memory') >= most * SHORT_SHARE, at
  return is_short
end
