/** Twin of engine/algorithms/token-bucket.ts. p: count, period, burst, initial, step, horizon. Words: since, taken, last. */
export const TOKEN_BUCKET_LUA = `
local function time_to_refill(tokens, count, period, step)
  local time, rest = divide(tokens, period, count)
  if rest > 0 then time = time + 1 end
  if step == 1 then return time end
  return ceil(time / step) * step
end
local function decide_1(row, at, now, cost, p)
  local count, period, burst, step = p[3], p[4], p[5], p[7]
  local since, taken, t = row[at], row[at + 1], row[at + 2]
  if t < now then t = now end
  local known = taken ~= 0
  if not known then
    since = t
    taken = burst - p[6]
  end
  local elapsed, refilled, owes = t - since, huge, false
  if elapsed < p[8] then
    if step ~= 1 then elapsed = floor(elapsed / step) * step end
    refilled = divide(elapsed, count, period)
  end
  if refilled >= taken then
    since = t
    taken = 0
    refilled = 0
  else
    local cycle = period
    if step ~= 1 then
      local a, b = period, step
      while b > 0 do a, b = b, a % b end
      cycle = period / a * step
    end
    local cycles = floor((t - since) / cycle)
    if cycles > 0 then
      local returned = cycles * (cycle / period) * count
      since = since + cycles * cycle
      taken = taken - returned
      refilled = refilled - returned
    end
  end
  local tokens = burst - taken + refilled
  if tokens < -burst then
    owes = true
    since = t
    taken = 2 * burst
    tokens = -burst
  end
  if tokens < 0 then tokens = 0 end
  local kind, remaining, retry, writes = 0, tokens - cost, 0, cost > 0
  if cost <= tokens then
    taken = taken + cost
  else
    remaining = tokens
    if cost > burst then
      kind = 2
    else
      kind = 1
      retry = since + time_to_refill(cost - burst + taken, count, period, step) - now
    end
    writes = (not known and taken > 0) or owes
  end
  local full = t
  if taken ~= 0 then full = since + time_to_refill(taken, count, period, step) end
  return kind, remaining, retry, full - now, 0, writes, since, taken, t
end
`;
