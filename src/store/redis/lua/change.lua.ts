import {OWN_VALUE_LUA} from './own-value.lua.ts';

/**
 * Replaces a row when it still is what was expected. Arguments: how a value of its buckets begins, what is expected (`any`, `none`,
 * or `=` and the value), what shall be there (`-` nothing, or `=` and the value), its expiry in µs (`never`), and now in µs (empty:
 * the server's). Answers whether it was done, what was there, for how many ms, and now. What is not ours is left alone, and not told.
 */
export const CHANGE_LUA = `${OWN_VALUE_LUA}
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local now_text = string.format('%.0f', now)
local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then
  if string.find(value.err, 'WRONGTYPE', 1, true) then return {0, false, -1, now_text} end
  return value
end
if value and not is_own(value, ARGV[1]) then return {0, false, -1, now_text} end
local ttl = redis.call('PTTL', KEYS[1])
local expected, wanted = ARGV[2], ARGV[3]
if expected == 'none' then
  if value then return {0, value, ttl, now_text} end
elseif expected ~= 'any' then
  if value ~= string.sub(expected, 2) then return {0, value, ttl, now_text} end
end
if wanted == '-' then
  if value then redis.call('DEL', KEYS[1]) end
elseif ARGV[4] == 'never' then
  redis.call('SET', KEYS[1], string.sub(wanted, 2))
else
  local left = math.ceil((ARGV[4] - now) / 1000)
  if left > 4503599627370 then left = 4503599627370 end
  if left > 0 then
    redis.call('SET', KEYS[1], string.sub(wanted, 2), 'PX', string.format('%.0f', left))
  elseif value then
    redis.call('DEL', KEYS[1])
  end
end
return {1, value, ttl, now_text}
`;
