/** Twin of engine/algorithms/burst-penalty.ts. p: count, per, burst, initial. Words: missing, last. */
export const BURST_PENALTY_LUA = `
local function decide_2(row, at, now, cost, p)
  local count, per, burst = p[3], p[4], p[5]
  local function tokens_after(missing, elapsed)
    local gain = ((elapsed * count) / per) * (1 - (0.5 * missing) / burst)
    if gain >= missing then return burst end
    return burst - missing + gain
  end
  local function slope_at(missing) return (count / per) * (1 - (0.5 * missing) / burst) end
  local missing, last = row[at], row[at + 1]
  local fresh = missing == 0
  if fresh then
    missing = burst - p[6]
    last = now
  elseif missing > burst then
    missing = burst
  end
  local t = now
  if last > t then t = last end
  local tokens = tokens_after(missing, t - last)
  local kind, remaining, retry, writes, w0, w1 = 0, 0, 0, false, missing, last
  if cost <= tokens then
    writes = cost > 0
    remaining = floor(tokens - cost)
    w0 = burst - tokens + cost
    w1 = t
  else
    kind = 2
    remaining = floor(tokens)
    if cost <= burst then
      kind = 1
      local guess = (cost - (burst - missing)) / slope_at(missing)
      retry = last + first_instant(guess, function(e) return tokens_after(missing, e) >= cost end) - now
    end
    writes = fresh and missing > 0
  end
  local left, from = missing, last
  if writes then
    left = w0
    from = t
  end
  local full = from + first_instant(left / slope_at(left), function(e) return tokens_after(left, e) >= burst end) - now
  if full < 0 then full = 0 end
  return kind, remaining, retry, full, 0, writes, w0, w1
end
`;
