-- The names and lifetimes of all keys, and the clock.
--
-- All keys of a room end in {T}:<room>, where T is one of 1,024 partitions, and each has a time to live.
--   r hash     reserved, live or ended; policies, public keys, presence counters
--   o hash     the current charter and its blob, and the first charter if that was another
--   m hash     idPk -> slot
--   l hash     LOG -> what changes with every message (see `pack_room`), slot -> record (see `pack_member`): in one
--              hash, because an append reads and writes one of each
--   p hash     slot -> sealed profile
--   s stream   <seq>-<bytes of the log so far, including its own>: kind and bytes; for a message with a ttl also `h` and the
--              hash that its stub will keep
--   x hash     seq -> what is left of an erased entry (see `STUB_FORMAT`)     t zset  seqs of messages with a ttl by its end
--   h zset     slots of members here or in grace, in order of arrival      g zset  slots of members who left, in order of leaving
--   w hash     node -> number of members it looks after
--   b zset  identities that were removed, by the number of the command (see commands.lua)
--   e zset  slots of those who have to wait in slow mode, by when they may write again
--   f, fp, fr  files (see files.lua)
--   k, y  slices (see slices.lua)
--   c channel  announcements (see `publish`)
--   d{T} zset  the partition's rooms by expiry     u{T} zset  those nobody uses, by since when
--   n zset     nodes by the end of their lease     {n}f zset  libraries by the end of their latest node's lease
--   {n}o zset  node and the optional frames it takes, by the end of its lease
--   {n}v       the data version of this Redis
-- The letters i, a and q are reserved for invites, admissions and knocks.

-- The version of this layout. A change that another version would misread raises it. To stay readable across versions:
-- n, {n}f, {n}o, {n}v, d, u and the fields st, v, exp and why of r.
local DATA_VERSION = 3
-- Before data carried a version.
local FIRST_VERSION = 1
-- Stands for the library's whole name.
local LIBRARY = 'mayfly_v1'

local HERE, QUIET, AWAY, LEFT = 1, 2, 3, 4
-- Operations of commands (docs/crypto.md, CMD-2).
local CHARTER, DOOR, SLOW, LIFE, KICK, END = 1, 2, 3, 4, 5, 9
-- The one field of `l` that isn't a slot; slots have 8 bytes. Another version looks for another name, so append needs no
-- command more to notice.
local LOG = 'log' .. DATA_VERSION
-- Sorts last on every list of unused rooms.
local NO_ROOM = ''

local TOMBSTONE_MS = 60000
-- Times to live are rewritten at most this often, so they are set this much longer than the room lasts.
local REFRESH_MS = 15000
local BACKSTOP_MS = 60000
local LEASES_MS = 2 * BACKSTOP_MS
-- PRESENCE-6: a crowd gets at most one update in this time, and names again below this share of its bound.
local PACE_MS = 1000
local LISTED_AGAIN = 3 / 4
local SLACK = 16
-- The node itself reads more missed events than this: passing them through a function costs seven times as much.
local EVENTS_IN_ANSWER = 32

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function tail_of(key)
  return string.sub(key, 2)
end

local function bytes_of(hex)
  return (string.gsub(hex, '%x%x', function(pair) return string.char(tonumber(pair, 16)) end))
end

-- First byte: E event, Z stub of an erased event, P presence, F profile, S ephemeral signal, K slices, L life, R replaced, X ended, D flush due (announcement.ts reads the rest).
local function publish(tail, message)
  redis.call('SPUBLISH', 'c' .. tail, message)
end

-- A room's name, and its partition's lists of all rooms and of unused ones.
local function listed_in(tail)
  local partition = string.match(tail, '^%b{}')
  return string.match(tail, ':(.*)$'), 'd' .. partition, 'u' .. partition
end

local function put_on(list, score, room, ttl)
  redis.call('ZADD', list, score, room)
  if redis.call('PTTL', list) < ttl then redis.call('PEXPIRE', list, ttl) end
end

-- Both lists exist while there are rooms: while a slot moves, Redis answers TRYAGAIN to a call that names a missing key.
local function drop_if_over(all, unused)
  if redis.call('EXISTS', all) == 0 then redis.call('DEL', unused) end
end

local function list_room(tail, at, until_ms)
  local room, all, unused = listed_in(tail)
  local ttl = until_ms - at + BACKSTOP_MS
  put_on(all, until_ms, room, ttl)
  put_on(unused, '+inf', NO_ROOM, ttl)
end
