-- The log: appending, trimming, and what a resume gets.

local function kept(room)
  return room.head - room.first + 1
end

-- Where an erased entry ended, and its stub (docs/crypto.md, EVENT-2), whose first byte is the reason and the next 23 the
-- header of the envelope.
local STUB_FORMAT = '>I6c72'
local STUB_AT = 7
local HEADER_BYTES = 23
local UNSENT, EXPIRED = '\1', '\2'
local NO_PROOF = '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
-- Arguments of one command.
local MANY = 1000

local function entry_at(tail, seq)
  return redis.call('XRANGE', 's' .. tail, seq, seq)[1]
end

local function end_of(entry)
  return tonumber(string.match(entry[1], '-(.*)'))
end

-- What is left of an erased entry, or nil.
local function left_at(tail, seq)
  return redis.call('HGET', 'x' .. tail, seq) or nil
end

-- An entry's id says where it ends, so the entries before it need not be read.
local function let_go(tail, room, last)
  local entry = entry_at(tail, last)
  room.first, room.start = last + 1, entry and end_of(entry) or struct.unpack('>I6', left_at(tail, last))
end

local function forget_erased(tail, first, last)
  for from = first, last, MANY do
    local seqs = {}
    for seq = from, math.min(from + MANY - 1, last) do seqs[#seqs + 1] = seq end
    redis.call('HDEL', 'x' .. tail, unpack(seqs))
    redis.call('ZREM', 't' .. tail, unpack(seqs))
  end
end

-- Events beyond the bound go in batches, and stay invisible until then. The bound of bytes is exact.
local function trim(tail, room, events, bytes)
  if kept(room) <= events + SLACK and room.stop - room.start <= bytes then return end
  local before = room.first
  if kept(room) > events then let_go(tail, room, room.head - events) end
  while room.stop - room.start > bytes do let_go(tail, room, room.first) end
  redis.call('XTRIM', 's' .. tail, 'MINID', room.first)
  if room.marked == 1 then forget_erased(tail, before, room.first - 1) end
end

-- `rest_hash`: what the stub will keep, if the entry will have to be erased. The caller stores the room.
local function log_event(tail, room, kind, content, events, bytes, rest_hash)
  local seq = room.head + 1
  room.head, room.stop = seq, room.stop + #content
  local id = string.format('%d-%d', seq, room.stop)
  if rest_hash then
    redis.call('XADD', 's' .. tail, id, kind, content, 'h', rest_hash)
  else
    redis.call('XADD', 's' .. tail, id, kind, content)
  end
  trim(tail, room, events, bytes)
  publish(tail, 'E' .. room.log .. struct.pack('>I4', seq) .. kind .. content)
  return seq
end

-- A stream entry can't be replaced, so it is deleted, and its stub kept beside the stream. The caller stores the room.
local function put_stub(tail, room, at, seq, entry, stub)
  redis.call('XDEL', 's' .. tail, entry[1])
  redis.call('HSET', 'x' .. tail, seq, struct.pack(STUB_FORMAT, end_of(entry), stub))
  room.marked = 1
  keep_key(tail, 'x', room, at)
  publish(tail, 'Z' .. room.log .. struct.pack('>I4', seq) .. stub)
end

-- SEND-5: whether this message may be erased, and its entry if it is still there. What left the log is gone anyway.
local function erasable(tail, room, seq, del_h)
  if seq == 0 or seq > room.head then return false end
  if seq < room.first then return true end
  local entry = entry_at(tail, seq)
  if entry and entry[2][1] ~= 'm' then return false end
  local header_at = entry and 1 or STUB_AT + 1
  local header = entry and entry[2][2] or left_at(tail, seq)
  return string.sub(header, header_at + HEADER_BYTES - #del_h, header_at + HEADER_BYTES - 1) == del_h, entry
end

local function unsend(tail, room, at, seq, entry, rest_hash, proof)
  put_stub(tail, room, at, seq, entry, UNSENT .. string.sub(entry[2][2], 1, HEADER_BYTES) .. rest_hash .. proof)
end

local function expire_at(tail, room, at, due)
  redis.call('ZADD', 't' .. tail, due, room.head)
  keep_key(tail, 't', room, at)
  room.marked, room.due = 1, room.due > 0 and math.min(room.due, due) or due
end

erase_due = function(tail, room, at)
  for _, seq in ipairs(redis.call('ZRANGEBYSCORE', 't' .. tail, '-inf', at)) do
    local entry = entry_at(tail, seq)
    if entry then
      local _, content, _, rest_hash = unpack(entry[2])
      put_stub(tail, room, at, tonumber(seq), entry, EXPIRED .. string.sub(content, 1, HEADER_BYTES) .. rest_hash .. NO_PROOF)
    end
  end
  redis.call('ZREMRANGEBYSCORE', 't' .. tail, '-inf', at)
  room.due = tonumber(redis.call('ZRANGE', 't' .. tail, 0, 0, 'WITHSCORES')[2] or 0)
  store_room(tail, room)
end

local function with_stubs(tail, entries, first, last)
  local all, next_entry = {}, 1
  for seq = first, last do
    local entry = entries[next_entry]
    if entry and tonumber(string.match(entry[1], '^%d+')) == seq then
      all[#all + 1], next_entry = entry, next_entry + 1
    else
      all[#all + 1] = { seq .. '-0', { 'x', string.sub(left_at(tail, seq), STUB_AT) } }
    end
  end
  return all
end

-- As Redis returns them: id, then kind and bytes. The kind of a stub is x.
local function events_after(tail, room, after, last)
  local first = math.max(after + 1, room.first)
  if first > last then return {} end
  local entries = redis.call('XRANGE', 's' .. tail, first, last)
  return #entries == last - first + 1 and entries or with_stubs(tail, entries, first, last)
end

-- RESUME-1 to RESUME-3: mode, reason, and the seq after which events follow.
local function resume_from(room, log, seq, own_from, events)
  local trimmed_to = room.head - math.min(kept(room), events)
  local from = math.max(own_from, trimmed_to)
  if log == '' then return 'reset', 'fresh', from end
  if log ~= room.log then return 'reset', 'new_log', from end
  if seq > room.head then return 'reset', 'ahead', from end
  if math.max(seq, own_from) < trimmed_to then return 'reset', 'too_old', from end
  return 'resume', '', math.max(seq, from)
end

local function missed(keys, args)
  local log, after, last = unpack(args)
  local tail = tail_of(keys[1])
  local room = living(tail, now())
  if not room or room.log ~= log then return {} end
  return events_after(tail, room, tonumber(after), math.min(tonumber(last), room.head))
end
