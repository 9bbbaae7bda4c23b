/** Twins of engine/algorithms/fixed-window.ts, without its grids. Words: start of the window, used. */
export const FIXED_WINDOW_LUA = `
local function fixed_window(row, at, now, cost, limit, counted, known, start, stop)
  local used = row[at + 1]
  if start > known then used = 0 end
  local left = limit - used
  if left < 0 then left = 0 end
  local kind, remaining, retry, writes = 0, left - cost, 0, cost > 0
  if cost <= left then
    used = used + cost
  else
    remaining = left
    if cost > limit then
      kind = 2
    else
      kind = 1
      retry = stop - now
    end
    writes = counted == 1
    if writes then
      used = used + cost
      if used > 9007199254740991 then used = 9007199254740991 end
      remaining = 0
    end
  end
  local reset = 0
  if used ~= 0 then reset = stop - now end
  return kind, remaining, retry, reset, 0, writes, start, used
end
`;

/** Windows on the epoch's grid. p: limit, length, counted. */
export const EPOCH_WINDOW_LUA = `
local function decide_5(row, at, now, cost, p)
  local length, known = p[4], -huge
  if row[at + 1] > 0 then known = row[at] end
  local start = floor(now / length) * length
  if start < known then start = known end
  return fixed_window(row, at, now, cost, p[3], p[5], known, start, start + length)
end
`;

/** Windows that begin with the first hit. p: limit, length, counted. */
export const FIRST_HIT_WINDOW_LUA = `
local function decide_6(row, at, now, cost, p)
  local length, known = p[4], -huge
  if row[at + 1] > 0 then known = row[at] end
  local start = known
  if now >= known + length then start = now end
  return fixed_window(row, at, now, cost, p[3], p[5], known, start, start + length)
end
`;

/**
 * Windows of a calendar, of which the caller sent four edges. p: limit, counted, e0 … e3. Answers −1 and the instant around
 * which it needs edges when those do not reach.
 */
export const CALENDAR_WINDOW_LUA = `
local function decide_7(row, at, now, cost, p)
  local known = -huge
  if row[at + 1] > 0 then known = row[at] end
  local t = now
  if known > t then t = known end
  if t < p[5] or t >= p[8] then return -1, t end
  local start, stop = p[5], p[6]
  if t >= p[7] then
    start, stop = p[7], p[8]
  elseif t >= p[6] then
    start, stop = p[6], p[7]
  end
  if start < known then start = known end
  return fixed_window(row, at, now, cost, p[3], p[4], known, start, stop)
end
`;
