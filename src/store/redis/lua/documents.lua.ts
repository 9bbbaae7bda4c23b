/**
 * Documents: a hash per kind, each field `<version> <expiry in µs, or inf> <JSON>`. Arguments: id, the version there must be
 * (empty: any), now in µs (empty: the server's), and for a put the expiry and the JSON.
 */
const LIVE_VERSION = `
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local found, version = redis.call('HGET', KEYS[1], ARGV[1]), 0
if found then
  local v, expires = string.match(found, '^(%d+) (%S+) ')
  if expires == 'inf' or tonumber(expires) > now then version = tonumber(v) end
end
`;

/** Answers the new version; 0 when another one was expected. */
export const PUT_DOCUMENT_LUA = `${LIVE_VERSION}
if ARGV[2] ~= '' and tonumber(ARGV[2]) ~= version then return 0 end
version = version + 1
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', version) .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
redis.call('SADD', KEYS[2], ARGV[6])
return version
`;

/** Answers 1 when there was one of that version. */
export const REMOVE_DOCUMENT_LUA = `${LIVE_VERSION}
if version == 0 or (ARGV[2] ~= '' and tonumber(ARGV[2]) ~= version) then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
`;

/** Removes the document if it has ended. */
export const SWEEP_DOCUMENT_LUA = `${LIVE_VERSION}
if found and version == 0 then return redis.call('HDEL', KEYS[1], ARGV[1]) end
return 0
`;
