/**
 * Twin of engine/arithmetic/mul-div.ts: the same doubles, the same bits. One function, because Redis makes each anew in
 * every run: floor(a × b ÷ d) and the remainder, which is above 0 where the ceiling is one more.
 */
export const MUL_DIV_LUA = `
local function divide(a, b, d)
  local product = a * b
  if product <= 9007199254740991 then
    local q = floor(product / d)
    return q, product - q * d
  end
  local function error_of(x, y, xy)
    local c = 134217729 * x
    local xh = c - (c - x)
    local xl = x - xh
    c = 134217729 * y
    local yh = c - (c - y)
    local yl = y - yh
    return xh * yh - xy + xh * yl + xl * yh + xl * yl
  end
  local q = floor(product / d)
  local near = q * d
  local r = product - near
  r = r + (error_of(a, b, product) - error_of(q, d, near))
  while r < 0 do q = q - 1; r = r + d end
  while r >= d do q = q + 1; r = r - d end
  return q, r
end
`;
