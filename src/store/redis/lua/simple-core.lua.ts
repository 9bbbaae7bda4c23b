/**
 * As core.lua.ts, for what most requests are: every check asks one limit of one bucket, which keeps a few words and follows no
 * calendar. The same decisions in a third of the time.
 */
export const SIMPLE_CORE_LUA = String.raw`
local explicit, now, slack, set_count, pos = unpack_bytes('<BddH', bytes, 1)
if explicit == 0 then
  local time = redis_call('TIME')
  now = time[1] * 1000000 + time[2]
end

-- p[1] words, p[2] kind, p[3 … 8], p[9] keep, p[10] how a packed value begins.
local sets = {}
for i = 1, set_count do
  local p = {unpack_bytes('<xxxBddddddddc3', bytes, pos)}
  pos = p[11]
  sets[i] = p
end

-- Rows by key as this call knows them: 1 not ours, else its three words, whether it is dirty, its p and its time to live. The name
-- of a key says which buckets its row is of.
local keys, rows, dirty, dirty_count = KEYS, {}, {}, 0
local out, index, size = {}, 0, #bytes
while pos <= size do
  local mode, set, flags, cost, blocked_until
  index = index + 1
  mode, set, flags, cost, pos = unpack_bytes('<xBxxxxxxxxHBd', bytes, pos)
  if flags >= 2 then blocked_until, pos = unpack_bytes('<d', bytes, pos) end
  if blocked_until and blocked_until > now then
    out[index] = '\3'
  else
    local p, key = sets[set + 1], keys[index]
    local words, head = p[1], p[10]
    local row = rows[key]
    if row == nil then
      local value = redis_pcall('GET', key)
      if not value then
        row = {0, 0, 0, false, p, 0}
      elseif type(value) == 'table' then
        if not string.find(value.err, 'WRONGTYPE', 1, true) then return value end
        row = 1
      elseif #value == 3 + 8 * words and sub(value, 1, 3) == head then
        if words == 2 then
          local w0, w1 = unpack_bytes('<dd', value, 4)
          row = {w0, w1, 0, false, p, 0}
        else
          local w0, w1, w2 = unpack_bytes('<ddd', value, 4)
          row = {w0, w1, w2, false, p, 0}
        end
      else
        local instant = head == '\1\1g' and #value == 16 and string.find(value, '^[1-9]%d+$') and tonumber(value)
        if instant and instant <= 9007199254740991 then
          row = {instant, 0, 0, false, p, 0}
        else
          row = 1
        end
      end
      rows[key] = row
    end
    if row == 1 then
      out[index] = '\5'
    else
      local kind, remaining, retry, reset, delay, writes, w0, w1, w2 = DECIDE(row, 1, now, cost, p)
      if writes and (mode < 2 or (mode == 3 and kind ~= 0)) then
        row[1], row[2], row[3] = w0, w1, w2 or 0
        row[5] = p
        local ttl = ceil((reset + p[9] + slack) / 1000)
        if ttl < 1 then ttl = 1 elseif ttl > 4503599627370 then ttl = 4503599627370 end
        row[6] = ttl
        if not row[4] then
          row[4] = true
          dirty_count = dirty_count + 1
          dirty[dirty_count] = key
        end
      end
      if delay ~= 0 then
        out[index] = pack_bytes('<BBddddd', kind + 16, 0, remaining, retry, reset, delay, 0)
      else
        out[index] = pack_bytes('<BBddd', kind, 0, remaining, retry, reset)
      end
    end
  end
end

for i = 1, dirty_count do
  local key = dirty[i]
  local row = rows[key]
  local head, value = row[5][10], nil
  if row[2] == 0 and head == '\1\1g' and row[1] >= 1000000000000000 and row[1] <= 9007199254740991 then
    value = format('%.0f', row[1])
  elseif row[5][1] == 2 then
    value = head .. pack_bytes('<dd', row[1], row[2])
  else
    value = head .. pack_bytes('<ddd', row[1], row[2], row[3])
  end
  redis_call('SET', key, value, 'PX', format('%.0f', row[6]))
end
return pack_bytes('<d', now) .. table.concat(out)
`;
