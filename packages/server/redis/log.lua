-- The log: appending, trimming, and what a resume gets.

local function kept(room)
  return room.head - room.first + 1
end

-- An entry's id says where it ends, so the entries before it need not be read.
local function let_go(tail, room, last)
  local id = redis.call('XRANGE', 's' .. tail, last, last)[1][1]
  room.first, room.start = last + 1, tonumber(string.match(id, '-(.*)'))
end

-- Events beyond the bound go in batches, and stay invisible until then. The bound of bytes is exact.
local function trim(tail, room, events, bytes)
  if kept(room) <= events + SLACK and room.stop - room.start <= bytes then return end
  if kept(room) > events then let_go(tail, room, room.head - events) end
  while room.stop - room.start > bytes do let_go(tail, room, room.first) end
  redis.call('XTRIM', 's' .. tail, 'MINID', room.first)
end

-- The caller stores the room.
local function log_event(tail, room, kind, content, events, bytes)
  local seq = room.head + 1
  room.head, room.stop = seq, room.stop + #content
  redis.call('XADD', 's' .. tail, string.format('%d-%d', seq, room.stop), kind, content)
  trim(tail, room, events, bytes)
  publish(tail, 'E' .. room.log .. struct.pack('>I4', seq) .. kind .. content)
  return seq
end

-- As Redis returns them: id, then kind and bytes.
local function events_after(tail, after, last)
  if after >= last then return {} end
  return redis.call('XRANGE', 's' .. tail, after + 1, last)
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
  return events_after(tail, tonumber(after), tonumber(last))
end
