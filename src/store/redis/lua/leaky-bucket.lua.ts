/** Twin of engine/algorithms/leaky-bucket.ts. p: rate, burst × 1000, delay-from × 1000. Words: excess, last + 1. */
export const LEAKY_BUCKET_LUA = `
local function decide_10(row, at, now_us, cost, p)
  local rate, burst, delay_from = p[3], p[4], p[5]
  local now = floor(now_us / 1000)
  local excess, last = row[at], now
  local known = row[at + 1] > 0
  if known then last = row[at + 1] - 1 end
  local ms = now - last
  if ms < 0 then
    if ms < -60000 then ms = 1 else ms = 0 end
  end
  local first = 0
  if known then
    first = excess - floor((rate * ms) / 1000) + 1000
    if first < 0 then first = 0 end
  end
  local room = 0
  if first <= burst then room = floor((burst - first) / 1000) + 1 end
  local kind, remaining, retry, delay, writes = 0, room, 0, 0, false
  if cost <= room then
    if cost > 0 then
      writes = true
      remaining = room - cost
      excess = first + (cost - 1) * 1000
      if ms ~= 0 then last = now end
      if excess > delay_from then delay = floor(((excess - delay_from) * 1000) / rate) * 1000 end
    end
  elseif cost > burst / 1000 + 1 then
    kind = 2
  else
    kind = 1
    local wait, rest = divide(excess + cost * 1000 - burst, 1000, rate)
    if rest > 0 then wait = wait + 1 end
    retry = (last + wait) * 1000 - now_us
  end
  local reset = 0
  if known or writes then
    local wait, rest = divide(excess + 1000, 1000, rate)
    if rest > 0 then wait = wait + 1 end
    reset = (last + wait) * 1000 - now_us
    if reset < 0 then reset = 0 end
  end
  return kind, remaining, retry, reset, delay, writes, excess, last + 1
end
`;
