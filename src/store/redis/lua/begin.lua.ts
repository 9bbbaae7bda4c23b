/**
 * Beginning of every deciding script: what the request says, and names for what the algorithms use.
 *
 * An algorithm is `decide_<kind>(row, at, now, cost, p, hold)` → kind of answer, remaining, retryAfter, resetAfter, delay,
 * whether there is something to write, and up to three proposed words. `row[at …]` are the bucket's words; `p[3 … 8]` its six
 * numbers (see bucket-code.ts). Those with a list of pairs have `commit[kind]`, too; the others' words are written as proposed.
 */
export const BEGIN_LUA = `
local bytes = ARGV[1]
local redis_call, redis_pcall = redis.call, redis.pcall
local unpack_bytes, pack_bytes = struct.unpack, struct.pack
local floor, ceil, huge, sub, format = math.floor, math.ceil, math.huge, string.sub, string.format
`;
