-- What a change of the link leaves: the new secrets, sealed for each member. rotation.lua stages and delivers them.
--
--   y hash              slot -> slice, for the charter whose tag is in field '', until that comes
--   k<..>:epoch hash    slot -> slice, of the last EPOCHS_KEPT epochs
-- Only in rooms that say so in field `rot` of `r`: the newest epoch that has slices, or 0.

local EPOCHS_KEPT = 16
local STAGED_MS = 120000
local SLICE_BYTES = 112

local function slices_key(tail, epoch)
  return 'k' .. tail .. ':' .. epoch
end

local function slice_keys(tail)
  local newest = tonumber(redis.call('HGET', 'r' .. tail, 'rot') or nil)
  if not newest then return {} end
  local all = { 'y' .. tail }
  for epoch = math.max(1, newest - EPOCHS_KEPT + 1), newest do all[#all + 1] = slices_key(tail, epoch) end
  return all
end

local function wipe_slices(tail)
  local all = slice_keys(tail)
  if #all > 0 then redis.call('UNLINK', unpack(all)) end
end

-- A room between two primaries keeps its slices when it is whole again. What is staged keeps its own time.
local function keep_slices(tail, room_ms)
  local all = slice_keys(tail)
  for i = 2, #all do redis.pcall('PEXPIRE', all[i], room_ms) end
end

-- For the epochs after `known`: each, and this member's slice.
local function slices_since(tail, epoch, slot, known)
  local found = {}
  if not known or known >= epoch then return found end
  for e = math.max(1, known + 1, epoch - EPOCHS_KEPT + 1), epoch do
    local slice = redis.call('HGET', slices_key(tail, e), slot)
    if slice then
      found[#found + 1] = e
      found[#found + 1] = slice
    end
  end
  return found
end
