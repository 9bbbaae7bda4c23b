/** Twin of engine/algorithms/first-instant.ts. */
export const FIRST_INSTANT_LUA = `
local function first_instant(guess, holds)
  local e = ceil(guess)
  if not (e > 0) then e = 0 end
  while e > 0 and holds(e - 1) do e = e - 1 end
  while not holds(e) do e = e + 1 end
  return e
end
`;
