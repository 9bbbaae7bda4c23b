/** Twin of engine/algorithms/gcra.ts. p: count, period, burst, tolerance. Words: TAT in µs, its numerator. */
export const GCRA_LUA = `
local function decide_4(row, at, now, cost, p)
  local count, period, burst = p[3], p[4], p[5]
  local tat, numerator = row[at], row[at + 1]
  if numerator >= count then
    local whole = floor(numerator / count)
    tat = tat + whole
    numerator = numerator - whole * count
  end
  if tat < now then
    tat = now
    numerator = 0
  end
  local ahead, used = tat - now, burst
  if ahead < p[6] then
    local sum = ahead * count + numerator
    if sum <= 9007199254740991 then
      used = ceil(sum / period)
    else
      local q, rest = divide(ahead, count, period)
      used = q + ceil((rest + numerator) / period)
    end
  end
  local remaining = burst - used
  if remaining < 0 then remaining = 0 end
  local kind, retry = 0, 0
  if cost <= remaining then
    local whole, rest = divide(cost, period, count)
    remaining = remaining - cost
    numerator = numerator + rest
    tat = tat + whole
    if numerator >= count then
      numerator = numerator - count
      tat = tat + 1
    end
  elseif cost > burst then
    kind = 2
  else
    kind = 1
    local whole, rest = divide(burst - cost, period, count)
    if rest < numerator then whole = whole - 1 end
    retry = ahead - whole
  end
  local reset = tat - now
  if numerator > 0 then reset = reset + 1 end
  return kind, remaining, retry, reset, 0, kind == 0 and cost > 0, tat, numerator
end
`;
