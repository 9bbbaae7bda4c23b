/**
 * Whether a value is a row of the buckets whose values begin with `head`: the twin of `parseRow`, for scripts that change a row
 * without deciding. Letters that this version does not know may have any number of words.
 */
export const OWN_VALUE_LUA = `
local words = {t = 3, p = 2, s = 2, g = 2, f = 2, h = 2, c = 2, w = 3, n = 2}
local function is_own(value, head)
  if string.sub(value, 1, #head) ~= head then
    local digits = head == '\\1\\1g' and #value == 16 and string.find(value, '^[1-9]%d+$')
    return digits and tonumber(value) <= 9007199254740991
  end
  if #head < 3 or (#value - #head) % 8 ~= 0 then return false end
  local from = #head + 1
  for b = 3, #head do
    local letter = string.sub(head, b, b)
    if words[letter] then
      from = from + 8 * words[letter]
    elseif letter == 'l' or letter == 'k' then
      if from + 15 > #value then return false end
      local length = struct.unpack('<d', value, from)
      if not (length >= 0 and length % 1 == 0) then return false end
      from = from + 16 + 16 * length
    else
      return true
    end
  end
  return from == #value + 1
end
`;
