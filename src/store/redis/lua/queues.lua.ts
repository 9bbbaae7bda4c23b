/**
 * Queues. Keys, in this order, all in one slot:
 *
 *   queues     set     names of the queues that hold something
 *   cards      hash    id → `<attempts> <notBefore> <fencing token, 0: not claimed> <rank> <enqueuedAt> <class> <error>`
 *   payloads   hash    id → JSON: apart, so that nothing long is written again when a card changes
 *   later      zset    waiting ones by notBefore, until a claim finds them due
 *   due        zset    waiting ones by rank
 *   waiting    zset    the ones of both by rank, for lists
 *   arrivals   zset    the same by enqueuedAt, for the oldest
 *   leases     zset    claimed ones by the end of their lease
 *   claimed    zset    the same by rank, for lists
 *   dead       zset    dead ones by the order in which they died
 *   counters   hash    `id`, `token`, `died`: last numbers given; `w:<class>`: how many of a class wait
 *
 * Counters outlive an emptied queue, so that no id and no fencing token comes twice. Ids have all the same length: members of the
 * same score are in the order of their text, which is the order of arrival. Scores that were read go on as text, digit for digit.
 *
 * First arguments: name of the queue, now in µs (empty: the server's).
 */
const QUEUE_LUA = `
local names, cards, payloads, later, due, waiting, arrivals, leases, claimed, dead, counters = unpack(KEYS)
local call, queue, now = redis.call, ARGV[1], tonumber(ARGV[2])
if not now then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
local function text(number) return string.format('%.17g', number) end
local function read_card(id)
  local found = call('HGET', cards, id)
  if not found then return nil end
  local attempts, not_before, token, rank, at, class, failure =
    string.match(found, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
  return {attempts = attempts, not_before = not_before, token = token, rank = rank, at = at, class = class, error = failure}
end
local function write_card(id, card)
  local line = table.concat(
    {card.attempts, card.not_before, card.token, card.rank, card.at, card.class, card.error}, ' ')
  call('HSET', cards, id, line)
  return line
end
local function count_waiting(class, by)
  if call('HINCRBY', counters, 'w:' .. class, by) <= 0 then call('HDEL', counters, 'w:' .. class) end
end
local function add_waiting(id, card)
  card.token = '0'
  write_card(id, card)
  if tonumber(card.not_before) <= now then
    call('ZADD', due, card.rank, id)
  else
    call('ZADD', later, card.not_before, id)
  end
  call('ZADD', waiting, card.rank, id)
  call('ZADD', arrivals, card.at, id)
  count_waiting(card.class, 1)
end
local function fail(card, failure)
  card.attempts = text(card.attempts + 1)
  card.error = failure
end
local function remove(ids)
  call('HDEL', cards, unpack(ids))
  call('HDEL', payloads, unpack(ids))
  if call('HLEN', cards) == 0 then call('SREM', names, queue) end
end
`;

/** Items that one call moves, claims or takes out, at most. */
export const QUEUE_STEP = 500;
/** Bytes of payloads after which a call answers what it has, so that no answer holds up the server. */
const ANSWER_BYTES = 4_194_304;

/**
 * Arguments: items that are still to come in this and following calls, items that may be in a queue, and class, rank, notBefore
 * and payload of each. Answers how many are in the queue, and the number of the first id; none when they do not fit.
 */
export const ENQUEUE_LUA = `${QUEUE_LUA}
local held = call('ZCARD', waiting) + call('ZCARD', leases)
if held + ARGV[3] > tonumber(ARGV[4]) then return {held} end
local count = (#ARGV - 4) / 4
local first = call('HINCRBY', counters, 'id', count) - count + 1
for i = 0, count - 1 do
  local id, at = string.format('%016.0f', first + i), 5 + 4 * i
  call('HSET', payloads, id, ARGV[at + 3])
  add_waiting(id, {
    attempts = '0', not_before = ARGV[at + 2], rank = ARGV[at + 1], at = text(now), class = ARGV[at], error = '',
  })
end
call('SADD', names, queue)
return {held, first}
`;

/**
 * Arguments: how many, for how long in µs, the error of those whose lease ended. Moves what is due to its place – those whose
 * lease ended, then those that waited for their instant – and answers the end of the new leases, and id, card and payload of each.
 */
export const CLAIM_LUA = `${QUEUE_LUA}
local most = ${QUEUE_STEP}
local ended = call('ZRANGEBYSCORE', leases, '-inf', text(now), 'LIMIT', 0, most)
if #ended > 0 then
  call('ZREM', leases, unpack(ended))
  call('ZREM', claimed, unpack(ended))
  for _, id in ipairs(ended) do
    local card = read_card(id)
    if card then
      fail(card, ARGV[5])
      add_waiting(id, card)
    end
  end
end
local ripe = {}
if #ended < most then
  ripe = call('ZRANGEBYSCORE', later, '-inf', text(now), 'LIMIT', 0, most - #ended)
end
if #ripe > 0 then
  call('ZREM', later, unpack(ripe))
  for _, id in ipairs(ripe) do
    local rank = call('ZSCORE', waiting, id)
    if rank then call('ZADD', due, rank, id) end
  end
end
local ids = call('ZRANGE', due, 0, math.min(ARGV[3], most) - 1)
if #ids == 0 then return {} end
local until_text = text(now + ARGV[4])
-- Not below the clock: when a crash took the counters' last changes back, no token is given twice.
local token = math.max(tonumber(call('HGET', counters, 'token') or 0), math.floor(now))
local answer, taken, bytes = {until_text}, {}, 0
for _, id in ipairs(ids) do
  taken[#taken + 1] = id
  local card, payload = read_card(id), call('HGET', payloads, id)
  if card and payload then
    token = token + 1
    card.token = string.format('%.0f', token)
    call('ZADD', leases, until_text, id)
    call('ZADD', claimed, card.rank, id)
    count_waiting(card.class, -1)
    answer[#answer + 1] = id
    answer[#answer + 1] = write_card(id, card)
    answer[#answer + 1] = payload
    bytes = bytes + #payload
    if bytes >= ${ANSWER_BYTES} then break end
  end
end
call('ZREM', due, unpack(taken))
call('ZREM', waiting, unpack(taken))
call('ZREM', arrivals, unpack(taken))
call('HSET', counters, 'token', string.format('%.0f', token))
return answer
`;

/** Whether a claim is in force: arguments id and fencing token. Answers 0 when it is not. */
const CLAIM_IN_FORCE = `${QUEUE_LUA}
local id = ARGV[3]
local card = read_card(id)
if not card or card.token ~= ARGV[4] then return 0 end
`;

/** Arguments: id, fencing token, for how long from now in µs. Answers 1 when the claim is in force. */
export const EXTEND_LUA = `${CLAIM_IN_FORCE}
call('ZADD', leases, text(now + ARGV[5]), id)
return 1
`;

/**
 * Arguments: id, fencing token, kind, notBefore, error, and how many dead ones are kept. Answers 1 when the claim was in force.
 */
export const SETTLE_LUA = `${CLAIM_IN_FORCE}
local kind, not_before, failure = ARGV[5], ARGV[6], ARGV[7]
call('ZREM', leases, id)
call('ZREM', claimed, id)
if kind == 'done' then
  remove({id})
  return 1
end
if kind ~= 'park' then fail(card, failure) end
if kind ~= 'dead' then
  card.not_before = not_before
  add_waiting(id, card)
  return 1
end
card.token = '0'
write_card(id, card)
call('ZADD', dead, call('HINCRBY', counters, 'died', 1), id)
local over = math.min(call('ZCARD', dead) - ARGV[8], ${QUEUE_STEP})
if over > 0 then
  local oldest = call('ZRANGE', dead, 0, over - 1)
  call('ZREM', dead, unpack(oldest))
  remove(oldest)
end
return 1
`;

/** Arguments: `waiting` or `dead`, how many. Answers id, card and payload of each that was taken out. */
export const DRAIN_LUA = `${QUEUE_LUA}
local last = math.min(ARGV[4], ${QUEUE_STEP}) - 1
local ids
if ARGV[3] == 'dead' then ids = call('ZREVRANGE', dead, 0, last) else ids = call('ZRANGE', waiting, 0, last) end
if #ids == 0 then return {} end
local answer, taken, bytes = {}, {}, 0
for _, id in ipairs(ids) do
  taken[#taken + 1] = id
  local card, payload = call('HGET', cards, id), call('HGET', payloads, id)
  if card and payload then
    answer[#answer + 1] = id
    answer[#answer + 1] = card
    answer[#answer + 1] = payload
    bytes = bytes + #payload
  end
  if card and ARGV[3] ~= 'dead' then count_waiting(read_card(id).class, -1) end
  if bytes >= ${ANSWER_BYTES} then break end
end
if ARGV[3] == 'dead' then
  call('ZREM', dead, unpack(taken))
else
  for _, set in ipairs({waiting, due, later, arrivals}) do call('ZREM', set, unpack(taken)) end
end
remove(taken)
return answer
`;
