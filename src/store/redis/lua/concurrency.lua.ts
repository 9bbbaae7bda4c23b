/**
 * Twin of engine/algorithms/concurrency.ts. p: max, timeout. Words: leases, last fencing token, and the leases as they are
 * stored: (expiry, token) of 16 bytes each.
 */
export const CONCURRENCY_LUA = `
local function decide_11(row, at, now, cost, p, hold)
  local max, held, length, leases = p[3], p[4], row[at], row[at + 2]
  if hold < held then held = hold end
  local live, latest = 0, 0
  for i = 1, 16 * length, 16 do
    local expiry = unpack_bytes('<d', leases, i)
    if expiry > now then live = live + 1 end
    if expiry > latest then latest = expiry end
  end
  local left = max - live
  if left < 0 then left = 0 end
  local kind, remaining, retry, expiry = 0, left, 0, now + held
  if cost <= left then
    if cost > 0 then
      remaining = left - cost
      if expiry > latest then latest = expiry end
    end
  else
    kind = 2
    if cost <= max then
      kind = 1
      local expiries = {}
      for i = 1, 16 * length, 16 do
        local ends = unpack_bytes('<d', leases, i)
        if ends > now then expiries[#expiries + 1] = ends end
      end
      table.sort(expiries)
      retry = expiries[live + cost - max] - now
    end
  end
  local reset = 0
  if latest > now then reset = latest - now end
  return kind, remaining, retry, reset, 0, kind == 0 and cost > 0, expiry
end
commit[11] = function(row, at, now, cost, verdict)
  local length, token, leases = row[at], row[at + 1], row[at + 2]
  local kept = {}
  for i = 1, 16 * length, 16 do
    if unpack_bytes('<d', leases, i) > now then kept[#kept + 1] = sub(leases, i, i + 15) end
  end
  for _ = 1, cost do
    token = token + 1
    if token < now then token = now end
    kept[#kept + 1] = pack_bytes('<dd', verdict[7], token)
  end
  row[at], row[at + 1], row[at + 2] = #kept, token, table.concat(kept)
  return token
end
`;
