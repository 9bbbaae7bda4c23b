import {describe, expect, test} from 'vitest';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {PolicyError, problemText} from '../../src/policy/policy-error.ts';

/** A policy with one limit, whose fields begin in line 4, column 5. */
const limit = (...fields: readonly string[]): string =>
  ['version: 1', 'limits:', '  - name: a', ...fields.map((field) => `    ${field}`), ''].join('\n');

const policy = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What is wrong, the policy, and the messages word for word. */
const ROWS: readonly (readonly [string, string, ...string[]])[] = [
  ['an empty file', '', 'p.yaml:1:1: the policy is empty (ratectl init writes a policy to start from)'],
  [
    'only comments',
    policy('# nothing yet'),
    'p.yaml:1:1: the policy is empty (ratectl init writes a policy to start from)',
  ],
  [
    'not a mapping',
    policy('- a', '- b'),
    'p.yaml:1:1: expected a mapping with "version" and "limits", got a list',
  ],
  [
    'no version',
    policy('limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:1:1: a policy needs "version" (the number 1)',
  ],
  [
    'another version',
    policy('version: 2', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:1:10: version: expected the number 1, got 2 (this ratectl reads version 1)',
  ],
  [
    'version as text',
    policy('version: "1"', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:1:10: version: expected the number 1, got "1" (remove the quotes)',
  ],
  ['no limits', policy('version: 1'), 'p.yaml:1:1: a policy needs "limits" (a list of limits)'],
  [
    'limits without a value',
    policy('version: 1', 'limits:'),
    'p.yaml:2:8: limits: expected a list of limits, got nothing',
  ],
  [
    'no limit in the list',
    policy('version: 1', 'limits: []'),
    'p.yaml:2:9: limits: expected at least one limit, got an empty list',
  ],
  [
    'limits as a mapping',
    policy('version: 1', 'limits:', '  per-ip: { rate: 10/s }'),
    'p.yaml:3:3: limits: expected a list of limits, got a mapping',
  ],
  [
    'a limit that is text',
    policy('version: 1', 'limits:', '  - 10/s'),
    'p.yaml:3:5: limits[0]: expected a limit such as { name: per-ip, key: "{ip}", rate: 10/s }, got "10/s"',
  ],
  [
    'unknown field of the policy',
    policy('version: 1', 'limts:', '  - { name: a, rate: 10/s }'),
    'p.yaml:1:1: a policy needs "limits" (a list of limits)',
    'p.yaml:2:1: unknown field "limts" (did you mean "limits"?)',
  ],
  [
    'unknown field nobody knows',
    policy('version: 1', 'xyzzy: 1', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:1: unknown field "xyzzy" (fields are version, limits, charge, onStoreError, thresholds, priorities, concurrency, breakers, adaptive, behaviour, degradation, tokens, queue)',
  ],
  [
    'bad charge',
    policy('version: 1', 'charge: all', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:9: charge: expected "all-or-nothing" or "always", got "all"',
  ],
  [
    'bad onStoreError',
    policy('version: 1', 'onStoreError: opne', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:15: onStoreError: expected "open", "closed" or "local", got "opne" (did you mean "open"?)',
  ],
  [
    'what others call onStoreError',
    policy('version: 1', 'failOpen: true', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:1: unknown field "failOpen" (did you mean "onStoreError"?)',
  ],
  [
    'thresholds as text',
    policy('version: 1', 'thresholds: denied < 1%', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:13: thresholds: expected a list of expressions such as "denied < 0.1%", got "denied < 1%" (put it in a list: [ "…" ])',
  ],
  [
    'a threshold that is a number',
    policy('version: 1', 'thresholds: [5]', 'limits:', '  - { name: a, rate: 10/s }'),
    'p.yaml:2:14: thresholds[0]: expected an expression of at most 500 characters, such as "denied < 0.1%", got 5',
  ],
  [
    'no name',
    policy('version: 1', 'limits:', '  - rate: 10/s'),
    'p.yaml:3:5: limits[0]: a limit needs "name" (a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit)',
  ],
  [
    'name with a space',
    policy('version: 1', 'limits:', '  - name: per ip', '    rate: 10/s'),
    'p.yaml:3:11: limits[0].name: expected a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit, got "per ip"',
  ],
  [
    'name that is a number',
    policy('version: 1', 'limits:', '  - name: 42', '    rate: 10/s'),
    'p.yaml:3:11: limits[0].name: expected a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit, got 42 (put it in quotes)',
  ],
  [
    'name with an escape sequence',
    policy('version: 1', 'limits:', '  - name: "a\\e[31m"', '    rate: 10/s'),
    'p.yaml:3:11: limits[0].name: expected a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit, got "a\\u001b[31m"',
  ],
  [
    'the same name twice',
    policy('version: 1', 'limits:', '  - { name: a, rate: 10/s }', '  - { name: a, rate: 20/s }'),
    'p.yaml:4:13: limits[1].name: "a" is the name of the limit in line 3 already (names of limits are unique)',
  ],
  [
    'unknown field of a limit',
    limit('burts: 20', 'rate: 10/s'),
    'p.yaml:4:5: limits[0]: unknown field "burts" (did you mean "burst"?)',
  ],
  [
    'a word of other tools',
    limit('rate: 10/s', 'capacity: 20'),
    'p.yaml:5:5: limits[0]: unknown field "capacity" (did you mean "burst"?)',
  ],
  [
    'a field of the policy in a limit',
    limit('rate: 10/s', 'charge: always'),
    'p.yaml:5:5: limits[0]: unknown field "charge" (it is a field of the policy itself)',
  ],
  [
    'a field nobody knows',
    limit('rate: 10/s', 'xyzzy: 1'),
    'p.yaml:5:5: limits[0]: unknown field "xyzzy" (fields are name, key, when, unless, mode, rollout, cost, buckets, tier, tiers, defaultTier, overrides, algorithm, rate, burst, initial, refill, limit, window, align, tz, countDenied, delay, nodelay, max, queue, timeout)',
  ],
  [
    'key without quotes',
    limit('key: {ip}', 'rate: 10/s'),
    'p.yaml:4:10: limits[0].key: expected a template such as "{ip}" or "{tenant}:{path}", got a mapping (put it in quotes: "{ip}")',
  ],
  [
    'key with a lone brace',
    limit('key: "{ip"', 'rate: 10/s'),
    'p.yaml:4:10: limits[0].key: expected a template such as "{ip}" or "{tenant}:{path}", got "{ip", whose character 1 is a brace without a partner (attributes are {letters, digits, _ . -}; write {{ or }} for a brace)',
  ],
  [
    'empty key',
    limit('key: ""', 'rate: 10/s'),
    'p.yaml:4:10: limits[0].key: expected a template such as "{ip}" or "{tenant}:{path}", got "" (for one bucket that all share write a word, such as "all")',
  ],
  [
    'key that is a number',
    limit('key: 5', 'rate: 10/s'),
    'p.yaml:4:10: limits[0].key: expected a template such as "{ip}" or "{tenant}:{path}", got 5 (put it in quotes)',
  ],
  [
    'unless as a list',
    limit('unless: [/health]', 'rate: 10/s'),
    'p.yaml:4:13: limits[0].unless: expected attributes with the values to match, such as { path: [/health, "/api/*"] }, got a list',
  ],
  [
    'unless without values',
    limit('unless: { path: [] }', 'rate: 10/s'),
    'p.yaml:4:21: limits[0].unless.path: expected a value, or a list of 1 to 1000 values, got an empty list',
  ],
  [
    'unless with an empty value',
    limit('unless: { path: "" }', 'rate: 10/s'),
    'p.yaml:4:21: limits[0].unless.path: expected a text or number, got "" (a missing attribute matches nothing)',
  ],
  [
    'when with a bad attribute',
    limit('when: { "pa th": /x }', 'rate: 10/s'),
    'p.yaml:4:13: limits[0].when["pa th"]: expected the name of an attribute: letters, digits, "_", "." or "-"',
  ],
  [
    'a star that is not quoted',
    limit('when: { path: */x }', 'rate: 10/s'),
    'p.yaml:4:19: no anchor of this name comes before it (a value that begins with "*" must be in quotes)',
  ],
  [
    'bad mode',
    limit('mode: shadwo', 'rate: 10/s'),
    'p.yaml:4:11: limits[0].mode: expected "enforce" or "shadow", got "shadwo" (did you mean "shadow"?)',
  ],
  [
    'cost 0',
    limit('cost: 0', 'rate: 10/s'),
    'p.yaml:4:11: limits[0].cost: expected "request" or a whole number of 1 or more, got 0',
  ],
  [
    'no algorithm',
    limit('key: "{ip}"'),
    'p.yaml:3:5: limits[0]: needs an algorithm (add rate: 10/s for a token bucket, or name an algorithm)',
  ],
  [
    'no algorithm, but a window',
    limit('limit: 10', 'window: 1s'),
    'p.yaml:3:5: limits[0]: needs an algorithm (limit and window belong to fixed-window, sliding-window or sliding-log: name one)',
  ],
  [
    'no algorithm, but max',
    limit('max: 10'),
    'p.yaml:3:5: limits[0]: needs an algorithm (max belongs to algorithm: concurrency)',
  ],
  [
    'misspelt algorithm',
    limit('algorithm: token_bucket', 'rate: 10/s'),
    'p.yaml:4:16: limits[0].algorithm: expected "token-bucket", "gcra", "fixed-window", "sliding-window", "sliding-log", "leaky-bucket" or "concurrency", got "token_bucket" (did you mean "token-bucket"?)',
  ],
  [
    'unknown algorithm',
    limit('algorithm: magic', 'rate: 10/s'),
    'p.yaml:4:16: limits[0].algorithm: expected "token-bucket", "gcra", "fixed-window", "sliding-window", "sliding-log", "leaky-bucket" or "concurrency", got "magic"',
  ],
  [
    'rate without a unit',
    limit('rate: 10'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got 10 (did you mean "10/s"?)',
  ],
  [
    'rate with an unknown unit',
    limit('rate: 10/x'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "10/x" (did you mean "10/s"?)',
  ],
  [
    'rate in words',
    limit('rate: 10 per minute'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "10 per minute" (did you mean "10/m"?)',
  ],
  [
    'rate with a thousands separator',
    limit('rate: 1,000/h'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "1,000/h" (did you mean "1000/h"?)',
  ],
  [
    'rate of zero',
    limit('rate: 0/s'),
    'p.yaml:4:11: limits[0].rate: expected a rate above zero, got "0/s" (to deny single keys use overrides: { key: block })',
  ],
  [
    'negative rate',
    limit('rate: -5/s'),
    'p.yaml:4:11: limits[0].rate: expected a rate above zero, got "-5/s"',
  ],
  [
    'rate of no number',
    limit('rate: nan/s'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "nan/s"',
  ],
  [
    'rate beyond any number',
    limit('rate: 1e400/s'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "1e400/s"',
  ],
  [
    'rate of nothing',
    limit('rate:'),
    'p.yaml:4:10: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got nothing',
  ],
  [
    'rate as a list',
    limit('rate: [10, 1s]'),
    'p.yaml:4:11: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got a list',
  ],
  [
    'rate per zero',
    limit('rate: 10/0s'),
    'p.yaml:4:11: limits[0].rate: expected a rate above zero, got "10/0s"',
  ],
  [
    'rate over too long',
    limit('rate: 10/40000d'),
    'p.yaml:4:11: limits[0].rate: expected a rate over at most 36525d (100 years), got "10/40000d"',
  ],
  [
    'rate with too many digits',
    limit('rate: 1.00000000000000001/s'),
    'p.yaml:4:11: limits[0].rate: expected a rate with fewer digits, got "1.00000000000000001/s"',
  ],
  [
    'rate pair without per',
    limit('rate: { count: 20 }'),
    'p.yaml:4:11: limits[0].rate: a rate needs "per" (such as { count: 20, per: 10s })',
  ],
  [
    'rate pair with a typo',
    limit('rate: { count: 20, pre: 10s }'),
    'p.yaml:4:24: limits[0].rate: unknown field "pre" (a rate has count and per)',
  ],
  [
    'rate pair with a fraction',
    limit('rate: { count: 1.5, per: 1s }'),
    'p.yaml:4:20: limits[0].rate.count: expected a whole number of 1 or more, got 1.5',
  ],
  [
    'limit given to a token bucket',
    limit('rate: 10/s', 'limit: 10'),
    'p.yaml:5:5: limits[0].limit: token-bucket takes no "limit"; fixed-window, sliding-window and sliding-log do (token-bucket takes rate, burst, initial and refill)',
  ],
  [
    'rate given to a fixed window',
    limit('algorithm: fixed-window', 'rate: 10/s'),
    'p.yaml:3:5: limits[0]: fixed-window needs "limit" (a whole number of 1 or more)',
    'p.yaml:3:5: limits[0]: fixed-window needs "window" (a duration such as "1s", "1h" or "1d")',
    'p.yaml:5:5: limits[0].rate: fixed-window takes no "rate"; token-bucket, gcra and leaky-bucket do (fixed-window takes limit, window, align, tz and countDenied)',
  ],
  [
    'token bucket without a rate',
    limit('algorithm: token-bucket', 'burst: 20'),
    'p.yaml:3:5: limits[0]: token-bucket needs "rate" (a rate such as "10/s", "100/m", "1000/h" or "20/10s")',
  ],
  [
    'burst of zero',
    limit('rate: 10/s', 'burst: 0'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got 0',
  ],
  [
    'negative burst',
    limit('rate: 10/s', 'burst: -1'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got -1',
  ],
  [
    'fractional burst',
    limit('rate: 10/s', 'burst: 1.5'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got 1.5',
  ],
  [
    'burst that is not a number',
    limit('rate: 10/s', 'burst: .nan'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got .nan',
  ],
  [
    'infinite burst',
    limit('rate: 10/s', 'burst: .inf'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got .inf (at most 9007199254740991)',
  ],
  [
    'burst beyond any number',
    limit('rate: 10/s', 'burst: 1e400'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got 1e400 (at most 9007199254740991)',
  ],
  [
    'burst beyond 2^53',
    limit('rate: 10/s', 'burst: 9007199254740993'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got 9007199254740993 (at most 9007199254740991)',
  ],
  [
    'burst as text',
    limit('rate: 10/s', 'burst: "20"'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got "20" (did you mean 20?)',
  ],
  [
    'burst with an underscore',
    limit('rate: 10/s', 'burst: 1_000'),
    'p.yaml:5:12: limits[0].burst: expected a whole number of 1 or more, got "1_000" (did you mean 1000?)',
  ],
  [
    'initial above burst',
    limit('rate: 10/s', 'burst: 20', 'initial: 21'),
    'p.yaml:6:14: limits[0].initial: expected a whole number from 0 to 20 (the burst), got 21',
  ],
  [
    'unknown refill',
    limit('rate: 10/s', 'refill: smooth'),
    'p.yaml:5:13: limits[0].refill: expected "continuous", "burst-penalty", "smoothed" or { every: 1s }, got "smooth" (did you mean "smoothed"?)',
  ],
  [
    'refill as a duration',
    limit('rate: 10/s', 'refill: 1s'),
    'p.yaml:5:13: limits[0].refill: expected "continuous", "burst-penalty", "smoothed" or { every: 1s }, got "1s" (did you mean { every: 1s }?)',
  ],
  [
    'refill every nothing',
    limit('rate: 10/s', 'refill: { every: 0s }'),
    'p.yaml:5:22: limits[0].refill.every: expected a duration above zero, got "0s"',
  ],
  [
    'a burst that takes too long to fill',
    limit('rate: 1/d', 'burst: 30000'),
    'p.yaml:4:11: limits[0].rate: a burst of 30000 takes 2592000000000000 µs to fill at 1 per 1d; at most 2^51 µs (71 years) can be computed exactly',
  ],
  [
    'a rate that cannot be exact',
    limit('algorithm: gcra', 'rate: 3333333333333/36500d', 'burst: 70'),
    'p.yaml:5:11: limits[0].rate: 3333333333333 per 36500d is 1111111111111 per 1051200000000000 µs in lowest terms; with a burst of 70 the period must be below 2^43 µs (101 days) to be computed exactly',
  ],
  [
    'window without a unit',
    limit('algorithm: sliding-window', 'limit: 10', 'window: 60'),
    'p.yaml:6:13: limits[0].window: expected a duration such as "250ms", "1s", "1h30m" or "7d", got 60 (did you mean "60s"?)',
  ],
  [
    'window in words',
    limit('algorithm: sliding-window', 'limit: 10', 'window: 1 minute'),
    'p.yaml:6:13: limits[0].window: expected a duration such as "250ms", "1s", "1h30m" or "7d", got "1 minute" (did you mean "1m"?)',
  ],
  [
    'window of zero',
    limit('algorithm: sliding-window', 'limit: 10', 'window: 0s'),
    'p.yaml:6:13: limits[0].window: expected a duration above zero, got "0s"',
  ],
  [
    'window of 200 years',
    limit('algorithm: fixed-window', 'limit: 10', 'window: 73050d'),
    'p.yaml:6:13: limits[0].window: expected a duration of at most 36525d (100 years), got "73050d"',
  ],
  [
    'no window',
    limit('algorithm: fixed-window', 'limit: 10'),
    'p.yaml:3:5: limits[0]: fixed-window needs "window" (a duration such as "1s", "1h" or "1d")',
  ],
  [
    'limit with a unit',
    limit('algorithm: fixed-window', 'limit: 10/s', 'window: 1s'),
    'p.yaml:5:12: limits[0].limit: expected a whole number of 1 or more, got "10/s"',
  ],
  [
    'a sliding window that cannot be exact',
    limit('algorithm: sliding-window', 'limit: 1000000', 'window: 365d'),
    'p.yaml:6:13: limits[0].window: a window of 365d with a limit of 1000000 must be below 2^43 µs (101 days) to be computed exactly',
  ],
  [
    'calendar unit without a calendar',
    limit('algorithm: fixed-window', 'limit: 10', 'window: month'),
    'p.yaml:6:13: limits[0].window: expected a duration such as "1s", "1h" or "1d", got "month" (calendar units need algorithm: fixed-window with align: calendar)',
  ],
  [
    'calendar with another duration',
    limit('algorithm: fixed-window', 'align: calendar', 'limit: 10', 'window: 90m'),
    'p.yaml:7:13: limits[0].window: expected a calendar unit (minute, hour, day, week, month, year), got "90m"',
  ],
  [
    'unknown alignment',
    limit('algorithm: fixed-window', 'align: clock', 'limit: 10', 'window: 1h'),
    'p.yaml:5:12: limits[0].align: expected "epoch", "first-hit" or "calendar", got "clock"',
  ],
  [
    'time zone without a calendar',
    limit('algorithm: fixed-window', 'tz: Europe/Berlin', 'limit: 10', 'window: 1h'),
    'p.yaml:5:5: limits[0].tz: a time zone needs align: calendar (windows on the epoch grid are the same everywhere)',
  ],
  [
    'misspelt time zone',
    limit('algorithm: fixed-window', 'align: calendar', 'tz: Europe/Berln', 'limit: 10', 'window: day'),
    'p.yaml:6:9: limits[0].tz: expected an IANA time zone such as "UTC" or "Europe/Berlin", got "Europe/Berln" (did you mean "Europe/Berlin"?)',
  ],
  [
    'time zone as an offset',
    limit('algorithm: fixed-window', 'align: calendar', 'tz: "+02:00"', 'limit: 10', 'window: day'),
    'p.yaml:6:9: limits[0].tz: expected an IANA time zone such as "UTC" or "Europe/Berlin", got "+02:00"',
  ],
  [
    'countDenied in words',
    limit('algorithm: fixed-window', 'countDenied: yes', 'limit: 10', 'window: 1h'),
    'p.yaml:5:18: limits[0].countDenied: expected true or false, got "yes" (did you mean true?)',
  ],
  [
    'delay and nodelay',
    limit('algorithm: leaky-bucket', 'rate: 10/s', 'burst: 5', 'delay: 2', 'nodelay: true'),
    'p.yaml:7:5: limits[0].delay: delay and nodelay: true exclude each other (leave one out)',
  ],
  [
    'a leak that is too slow',
    limit('algorithm: leaky-bucket', 'rate: 1/h'),
    'p.yaml:5:11: limits[0].rate: leaky-bucket counts thousandths of a request per second, and this rate is below one (the lowest rate is 3.6/h; token-bucket takes lower ones)',
  ],
  [
    'concurrency without max',
    limit('algorithm: concurrency', 'timeout: 30s'),
    'p.yaml:3:5: limits[0]: concurrency needs "max" (a whole number from 1 to 1000000)',
  ],
  [
    'concurrency with too many slots',
    limit('algorithm: concurrency', 'max: 2000000'),
    'p.yaml:5:10: limits[0].max: expected a whole number from 1 to 1000000, got 2000000',
  ],
  [
    'tiers without tier',
    limit('tiers: { free: { rate: 1/s } }'),
    'p.yaml:3:5: limits[0]: "tiers" needs "tier" (the template that chooses one, such as tier: "{plan}")',
  ],
  [
    'tier without tiers',
    limit('tier: "{plan}"', 'rate: 1/s'),
    'p.yaml:4:5: limits[0].tier: needs "tiers" beside it',
  ],
  [
    'default tier that is none',
    limit('tier: "{plan}"', 'tiers: { free: { rate: 1/s } }', 'defaultTier: fre'),
    'p.yaml:6:18: limits[0].defaultTier: expected the name of a tier, got "fre" (did you mean "free"?)',
  ],
  [
    'parameters beside tiers',
    limit('tier: "{plan}"', 'tiers: { free: { rate: 1/s } }', 'burst: 5'),
    'p.yaml:6:5: limits[0].burst: belongs in the buckets of "tiers"',
  ],
  [
    'a bad bucket in a tier',
    limit('tier: "{plan}"', 'tiers: { free: [ { rate: 1/s }, { rate: 1/y } ] }'),
    'p.yaml:5:45: limits[0].tiers.free[1].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "1/y" (did you mean "1/s"?)',
  ],
  [
    'buckets as a mapping',
    limit('buckets: { rate: 1/s }'),
    'p.yaml:4:14: limits[0].buckets: expected a list of buckets, got a mapping',
  ],
  [
    'buckets and tiers',
    limit('tier: "{plan}"', 'tiers: { free: { rate: 1/s } }', 'buckets: [ { rate: 1/s } ]'),
    'p.yaml:6:5: limits[0].buckets: "buckets" and "tiers" exclude each other (put the buckets into the tiers)',
  ],
  [
    'name inside a bucket',
    limit('buckets: [ { name: b, rate: 1/s } ]'),
    'p.yaml:4:18: limits[0].buckets[0]: unknown field "name" (it is a field of a limit)',
  ],
  [
    'unknown override',
    limit('rate: 10/s', 'overrides: { "10.0.0.1": exmpt }'),
    'p.yaml:5:30: limits[0].overrides["10.0.0.1"]: expected "exempt", "block" or a bucket such as { rate: 100/s }, got "exmpt" (did you mean "exempt"?)',
  ],
  [
    'override with a bad rate',
    limit('rate: 10/s', 'overrides: { vip: { rate: fast } }'),
    'p.yaml:5:31: limits[0].overrides.vip.rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got "fast"',
  ],
  [
    'override below what it inherits',
    limit('rate: 10/s', 'burst: 100', 'initial: 50', 'overrides: { small: { burst: 20 } }'),
    'p.yaml:6:14: limits[0].overrides.small.initial: expected a whole number from 0 to 20 (the burst; "initial" comes from the limit, give one here), got 50',
  ],
  ['a field given twice', limit('rate: 10/s', 'rate: 20/s'), 'p.yaml:5:5: "rate" is given twice'],
  [
    'a tab',
    policy('version: 1', 'limits:', '\t- name: a'),
    'p.yaml:3:1: a tab is used for indentation, and YAML takes spaces only (replace the tab by spaces)',
  ],
  [
    'a bracket that is not closed',
    limit('when: { path: [/a', 'rate: 10/s'),
    'p.yaml:5:5: a "[" is not closed with "]", or what is inside is not indented',
  ],
  [
    'a quote that is not closed',
    limit('key: "{ip}', 'rate: 10/s'),
    'p.yaml:6:1: a quoted text that began before this is not closed',
  ],
  [
    'no space after the colon',
    policy('version:1', 'limits: []'),
    'p.yaml:1:1: expected "name: value" (is the colon missing, or the space after it?)',
  ],
  [
    'two documents',
    policy('version: 1', 'limits:', '  - { name: a, rate: 10/s }', '---', 'version: 1'),
    'p.yaml:4:1: a second document begins here, and a policy is one document (remove the "---")',
  ],
  [
    'an anchor that is not there',
    limit('<<: *base', 'rate: 10/s'),
    'p.yaml:4:9: no anchor of this name comes before it (a value that begins with "*" must be in quotes)',
  ],
  [
    'an anchor inside itself',
    policy('version: 1', 'limits: &l', '  - *l'),
    'p.yaml:3:5: "*l" refers to what it is part of',
  ],
  [
    'a tag',
    limit('rate: !rate 10/s'),
    'p.yaml:4:11: tags such as "!name" have no meaning in a policy (remove the tag)',
  ],
  [
    'YAML 1.1',
    policy('%YAML 1.1', '---', 'version: 1'),
    'p.yaml:1:1: expected YAML 1.2 (remove the line that begins with %YAML)',
  ],
];

describe('a policy that is wrong', () => {
  test.each(ROWS)('%s', (_title, text, ...messages) => {
    let error: unknown;
    try {
      parsePolicy(text, 'p.yaml');
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(PolicyError);
    expect((error as PolicyError).problems.map(problemText)).toEqual(messages);
    expect(error).toMatchObject({code: 'policy/invalid', exit: 2, where: undefined});
  });
});
