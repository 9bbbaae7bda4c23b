/** Twin of engine/algorithms/smoothed-refill.ts. p: count, per, burst, initial. Words: missing, last. */
export const SMOOTHED_REFILL_LUA = `
local function decide_3(row, at, now, cost, p)
  local count, per, burst = p[3], p[4], p[5]
  local most = 0.1 * burst
  local function gain_in(elapsed)
    local gain = (elapsed * count) / per
    if gain < most then return gain end
    return most
  end
  local before, last = row[at], row[at + 1]
  if before == 0 then
    before = burst - p[6]
    last = now
  elseif before > burst then
    before = burst
  end
  local t = now
  if last > t then t = last end
  local missing = before - gain_in(t - last)
  if missing < 0 then missing = 0 end
  local tokens = burst - missing
  local kind, remaining, retry, w0 = 0, 0, 0, missing + cost
  if cost <= tokens then
    remaining = floor(tokens - cost)
  else
    kind = 2
    remaining = floor(tokens)
    w0 = missing
    if w0 == 0 then w0 = 2^-1074 end
    if cost <= burst then
      kind = 1
      local goal = tokens + most
      if cost < goal then goal = cost end
      retry = t + first_instant(((goal - tokens) * per) / count, function(e)
        local gain = gain_in(e)
        return gain >= most or burst - (missing - gain) >= goal
      end) - now
    end
  end
  local left, reset = missing, 0
  if cost > 0 then left = w0 end
  if left >= 1e-9 then reset = t - now + ceil((left * per) / count) end
  return kind, remaining, retry, reset, 0, cost > 0, w0, t
end
`;
