/** Twin of engine/algorithms/sliding-window.ts. p: limit, window. Words: start of the window, previous, current. */
export const SLIDING_WINDOW_LUA = `
local function decide_8(row, at, now, cost, p)
  local limit, window = p[3], p[4]
  local function elapsed_until(units, room)
    if units <= room then return 0 end
    return window - (divide(room, window, units))
  end
  local start, previous, current = row[at], row[at + 1], row[at + 2]
  local t = now
  if start > t then t = start end
  local window_start = floor(t / window) * window
  if window_start > start then
    if window_start - start == window then previous = current else previous = 0 end
    current = 0
    start = window_start
  end
  local weight, rest = divide(previous, window - (t - start), window)
  if rest > 0 then weight = weight + 1 end
  local left = limit - (current + weight)
  if left < 0 then left = 0 end
  local kind, remaining, retry = 0, left - cost, 0
  if cost <= left then
    current = current + cost
  else
    remaining = left
    kind = 2
    if cost <= limit then
      kind = 1
      local room = limit - current - cost
      local elapsed = window
      if room >= 0 then elapsed = elapsed_until(previous, room) end
      if elapsed >= window then elapsed = window + elapsed_until(current, limit - cost) end
      retry = start + elapsed - now
    end
  end
  local reset = 0
  if current > 0 then
    reset = start + 2 * window - now
  elseif previous > 0 then
    reset = start + window - now
  end
  return kind, remaining, retry, reset, 0, kind == 0 and cost > 0, start, previous, current
end
`;
