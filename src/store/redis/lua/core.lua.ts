/**
 * The rest of every deciding script, the twin of engine/live/check-decider.ts and engine/bucket-set.ts: reads the request
 * (request-codec.ts), the rows (row-codec.ts) each once, decides check after check, writes each changed row once, and answers.
 */
export const CORE_LUA = String.raw`
local explicit, now, slack, set_count, pos = unpack_bytes('<BddH', bytes, 1)
if explicit == 0 then
  local time = redis_call('TIME')
  now = time[1] * 1000000 + time[2]
end

-- A set of buckets: its own numbers, and a table p per bucket with p[1] words (0: a list), p[2] kind, p[3 … 8], p.at first word.
local sets = {}
for i = 1, set_count do
  local count, head_size
  count, head_size, pos = unpack_bytes('<BH', bytes, pos)
  local set = {count = count, keep = 0, head = '', words = 0, layout = nil}
  local at, plain = 1, true
  for b = 1, count do
    local p = {unpack_bytes('<Bddddddd', bytes, pos)}
    pos = p[9]
    p.at = at
    if p[1] == 0 then
      plain = false
      at = at + 3
    else
      at = at + p[1]
    end
    set[b] = p
  end
  set.keep, pos = unpack_bytes('<d', bytes, pos)
  set.head = sub(bytes, pos, pos + head_size - 1)
  pos = pos + head_size
  set.words = at - 1
  if plain then
    if at == 3 then set.layout = '<dd' elseif at == 4 then set.layout = '<ddd' else set.layout = '<' .. string.rep('d', at - 1) end
  end
  sets[i] = set
end

-- Rows by key as this call knows them: 1 not ours, else its words. The name of a key says which buckets its row is of.
local rows, dirty, failure = {}, {}, nil

local function read_lists(value, set)
  local row, from = {}, #set.head + 1
  for b = 1, set.count do
    local p = set[b]
    local at, words = p.at, p[1]
    if words == 0 then
      if from + 15 > #value then return 1 end
      local length, extra = unpack_bytes('<dd', value, from)
      from = from + 16
      if length < 0 or from + 16 * length - 1 > #value then return 1 end
      row[at], row[at + 1], row[at + 2] = length, extra, sub(value, from, from + 16 * length - 1)
      from = from + 16 * length
    else
      if from + 8 * words - 1 > #value then return 1 end
      for i = at, at + words - 1 do
        row[i] = unpack_bytes('<d', value, from)
        from = from + 8
      end
    end
  end
  if from ~= #value + 1 then return 1 end
  return row
end

local function parse(value, set)
  local head = set.head
  local size = #head
  if sub(value, 1, size) == head then
    if not set.layout then return read_lists(value, set) end
    if #value ~= size + 8 * set.words then return 1 end
    return {unpack_bytes(set.layout, value, size + 1)}
  end
  local instant = head == '\1\1g' and #value == 16 and string.find(value, '^[1-9]%d+$') and tonumber(value)
  if instant and instant <= 9007199254740991 then return {instant, 0} end
  return 1
end

local function fresh_row(set)
  local row = {}
  for i = 1, set.words do row[i] = 0 end
  for b = 1, set.count do
    if set[b][1] == 0 then row[set[b].at + 2] = '' end
  end
  return row
end

-- The row of a key for a set of buckets; nil when what is there is not ours.
local function find(key, set)
  local row = rows[key]
  if row == nil then
    local value = redis_pcall('GET', key)
    if not value then
      row = fresh_row(set)
    elseif type(value) == 'string' then
      row = parse(value, set)
    else
      if not string.find(value.err, 'WRONGTYPE', 1, true) then failure = value end
      row = 1
    end
    rows[key] = row
  end
  if row == 1 then return nil end
  return row
end

-- What the buckets of a set say together: the fields of a verdict are those that decide returns, in their order. When edges
-- do not reach: −1, and for each bucket around when it needs them, if it does.
local function ask(row, set, cost, hold)
  if set.count == 1 then
    local p = set[1]
    local verdict = {DECIDE(row, 1, now, cost, p, hold)}
    if verdict[1] == -1 then return {-1, {verdict[2]}} end
    verdict.tightest = 0
    return verdict
  end
  local all, each, again = {0, huge, 0, 0, 0, false, tightest = 0}, {}, nil
  for b = 1, set.count do
    local p = set[b]
    local verdict = {DECIDE(row, p.at, now, cost, p, hold)}
    local kind = verdict[1]
    if kind == -1 then
      again = again or {}
      again[b] = verdict[2]
    elseif kind > all[1] then
      all[1] = kind
    end
    each[b] = verdict
  end
  if again ~= nil then return {-1, again} end
  for b = 1, set.count do
    local verdict, p = each[b], set[b]
    if all[1] ~= 0 and verdict[1] == 0 then
      verdict = {DECIDE(row, p.at, now, 0, p, hold)}
      each[b] = verdict
    end
    if verdict[2] < all[2] then
      all[2] = verdict[2]
      all.tightest = b - 1
    end
    for i = 3, 5 do
      if verdict[i] > all[i] then all[i] = verdict[i] end
    end
    if verdict[6] then all[6] = true end
  end
  if all[1] == 2 then all[3] = 0 end
  all.each = each
  return all
end

-- Writes what a verdict proposes into the row; the fencing token of the last lease granted, else 0.
local function charge(key, row, set, verdict, cost)
  local token = nil
  for b = 1, set.count do
    local p = set[b]
    local said = verdict.each and verdict.each[b] or verdict
    if said[6] then
      local write, at = commit[p[2]], p.at
      if write then
        local granted = write(row, at, now, cost, said)
        token = token or granted
      else
        for i = 1, p[1] do row[at + i - 1] = said[6 + i] end
      end
    end
  end
  if not row.dirty then
    row.dirty = true
    dirty[#dirty + 1] = key
  end
  local ttl = ceil((verdict[4] + set.keep + slack) / 1000)
  if ttl < 1 then ttl = 1 elseif ttl > 4503599627370 then ttl = 4503599627370 end
  row.ttl = ttl
  row.set = set
  return token or 0
end

-- Modes: 0 all or nothing, 1 always, 2 only asks, 3 only what a refusal leaves behind.
local function charges(mode, denier, layer, kind)
  if mode == 0 then return denier == 0 or denier == layer end
  return mode == 1 or (mode == 3 and kind ~= 0)
end

-- Once a check has to be asked again, so have those behind it: the order stays. They are looked at for edges only.
local out, key_index, size, stopped = {}, 0, #bytes, false
while pos <= size do
  local layer_count, mode, hold
  layer_count, mode, hold, pos = unpack_bytes('<BBd', bytes, pos)
  local layers, denier, undecided = {}, 0, false
  for i = 1, layer_count do
    local index, flags, cost
    index, flags, cost, pos = unpack_bytes('<HBd', bytes, pos)
    local blocked_until = 0
    if flags >= 2 then blocked_until, pos = unpack_bytes('<d', bytes, pos) end
    local set, key = sets[index + 1], KEYS[key_index + i]
    local layer = {set = set, key = key, cost = cost}
    local kind = 0
    if blocked_until > now then
      layer.status = 3
      kind = 1
    elseif set.count == 0 then
      layer.status = 4
    else
      local row = find(key, set)
      if row == nil then
        layer.status = 5
        undecided = true
      else
        local verdict = ask(row, set, cost, hold)
        kind = verdict[1]
        layer.row = row
        layer.verdict = verdict
        if kind == -1 then
          layer.status = 6
          undecided = true
          stopped = true
        end
      end
    end
    if denier == 0 and kind ~= 0 and flags % 2 == 0 then denier = i end
    layers[i] = layer
  end
  key_index = key_index + layer_count
  if failure then return failure end
  for i = 1, layer_count do
    local layer = layers[i]
    local status, verdict = layer.status, layer.verdict
    local answer
    if undecided or stopped then
      if status == 6 then
        answer = '\6'
        for b = 1, layer.set.count do answer = answer .. pack_bytes('<d', verdict[2][b] or 0) end
      elseif status == 5 then
        answer = '\5'
      else
        answer = '\7'
      end
    elseif status == 3 then
      answer = '\3'
    elseif status == 4 then
      answer = '\4'
    else
      local token = 0
      if verdict[6] and charges(mode, denier, i, verdict[1]) then
        token = charge(layer.key, layer.row, layer.set, verdict, layer.cost)
        if verdict[1] ~= 0 then token = 0 end
      end
      if token ~= 0 or verdict[5] ~= 0 then
        answer = pack_bytes('<BBddddd', verdict[1] + 16, verdict.tightest, verdict[2], verdict[3], verdict[4], verdict[5], token)
      else
        answer = pack_bytes('<BBddd', verdict[1], verdict.tightest, verdict[2], verdict[3], verdict[4])
      end
    end
    out[#out + 1] = answer
  end
end

for i = 1, #dirty do
  local key = dirty[i]
  local row = rows[key]
  local set, value = row.set, nil
  if row[2] == 0 and set.head == '\1\1g' and row[1] >= 1000000000000000 and row[1] <= 9007199254740991 then
    value = format('%.0f', row[1])
  elseif set.layout then
    value = set.head .. pack_bytes(set.layout, unpack(row, 1, set.words))
  else
    local parts = {set.head}
    for b = 1, set.count do
      local p = set[b]
      local at = p.at
      if p[1] == 0 then
        parts[#parts + 1] = pack_bytes('<dd', row[at], row[at + 1]) .. row[at + 2]
      else
        for w = at, at + p[1] - 1 do parts[#parts + 1] = pack_bytes('<d', row[w]) end
      end
    end
    value = table.concat(parts)
  end
  redis_call('SET', key, value, 'PX', format('%.0f', row.ttl))
end
return pack_bytes('<d', now) .. table.concat(out)
`;
