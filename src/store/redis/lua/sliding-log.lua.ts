/**
 * Twin of engine/algorithms/sliding-log.ts. p: limit, window. Words: entries, units in them, and the entries as they are stored:
 * (instant, units) of 16 bytes each, which are looked into and cut, never unpacked as a whole.
 */
export const SLIDING_LOG_LUA = `
local function decide_9(row, at, now, cost, p)
  local limit, window = p[3], p[4]
  local length, used, log = row[at], row[at + 1], row[at + 2]
  local newest = 0
  if length > 0 then newest = unpack_bytes('<d', log, 16 * length - 15) end
  local t = now
  if newest > t then t = newest end
  local expired = 0
  while expired < length do
    local instant, units = unpack_bytes('<dd', log, 16 * expired + 1)
    if instant + window > t then break end
    used = used - units
    expired = expired + 1
  end
  local left = limit - used
  local kind, remaining, retry, reset = 0, left, 0, 0
  if remaining < 0 then remaining = 0 end
  if used ~= 0 then reset = newest + window - now end
  if cost <= remaining then
    if cost > 0 then
      remaining = left - cost
      reset = t + window - now
    end
  else
    kind = 2
    if cost <= limit then
      kind = 1
      local free, entry, instant, units = left, expired, 0, 0
      while free < cost do
        instant, units = unpack_bytes('<dd', log, 16 * entry + 1)
        free = free + units
        entry = entry + 1
      end
      retry = instant + window - now
    end
  end
  return kind, remaining, retry, reset, 0, kind == 0 and cost > 0, t, expired, used + cost
end
commit[9] = function(row, at, now, cost, verdict)
  local t, expired = verdict[7], verdict[8]
  local length, log = row[at] - expired, row[at + 2]
  if expired > 0 then log = sub(log, 16 * expired + 1) end
  local newest, units = 0, 0
  if length > 0 then newest, units = unpack_bytes('<dd', log, 16 * length - 15) end
  if length > 0 and newest == t then
    log = sub(log, 1, -9) .. pack_bytes('<d', units + cost)
  else
    log = log .. pack_bytes('<dd', t, cost)
    length = length + 1
  end
  row[at], row[at + 1], row[at + 2] = length, verdict[9], log
end
`;
