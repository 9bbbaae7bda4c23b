import {OWN_VALUE_LUA} from './own-value.lua.ts';

/**
 * Takes leases out of a row (see stored-leases.ts). Arguments: how a value of its buckets begins, the fencing token
 * of the last lease, how many, now in µs (empty: the server's). Answers 1 when one of them was held.
 */
export const RELEASE_LUA = `${OWN_VALUE_LUA}
local value = redis.call('GET', KEYS[1])
local head = ARGV[1]
if not value or not is_own(value, head) then return 0 end
local token, count, now = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local parts, from, held = {head}, #head + 1, false
for b = 3, #head do
  local letter = string.sub(head, b, b)
  if letter == 'k' then
    local length, last = struct.unpack('<dd', value, from)
    local kept = {}
    for i = from + 16, from + 16 * length, 16 do
      local expiry, number = struct.unpack('<dd', value, i)
      if expiry <= now or number > token or number <= token - count then
        kept[#kept + 1] = string.sub(value, i, i + 15)
      else
        held = true
      end
    end
    parts[#parts + 1] = struct.pack('<dd', #kept, last) .. table.concat(kept)
    from = from + 16 + 16 * length
  else
    local size
    if letter == 'l' then size = 16 + 16 * struct.unpack('<d', value, from) else size = 8 * words[letter] end
    parts[#parts + 1] = string.sub(value, from, from + size - 1)
    from = from + size
  end
end
if not held then return 0 end
redis.call('SET', KEYS[1], table.concat(parts), 'KEEPTTL')
return 1
`;
