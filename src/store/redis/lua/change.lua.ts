/**
 * Replaces a row when it still is what was expected. Arguments: what is expected (`any`, `none`, or `=` and the value), what
 * shall be there (`-` nothing, or `=` and the value), its expiry in µs (`never`), and now in µs (empty: the server's).
 * Answers whether it was done, what was there, and for how many ms.
 */
export const CHANGE_LUA = `
local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then
  if string.find(value.err, 'WRONGTYPE', 1, true) then return {0, false, -1} end
  return value
end
local ttl = redis.call('PTTL', KEYS[1])
local expected, wanted = ARGV[1], ARGV[2]
if expected == 'none' then
  if value then return {0, value, ttl} end
elseif expected ~= 'any' then
  if value ~= string.sub(expected, 2) then return {0, value, ttl} end
end
if wanted == '-' then
  if value then redis.call('DEL', KEYS[1]) end
elseif ARGV[3] == 'never' then
  redis.call('SET', KEYS[1], string.sub(wanted, 2))
else
  local now = tonumber(ARGV[4])
  if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
  end
  local left = math.ceil((ARGV[3] - now) / 1000)
  if left > 4503599627370 then left = 4503599627370 end
  if left > 0 then
    redis.call('SET', KEYS[1], string.sub(wanted, 2), 'PX', string.format('%.0f', left))
  elseif value then
    redis.call('DEL', KEYS[1])
  end
end
return {1, value, ttl}
`;
