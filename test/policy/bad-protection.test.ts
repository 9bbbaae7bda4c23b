import {describe, expect, test} from 'vitest';
import {problemsOf, type Row, section} from './problems-of.ts';

const NAME = 'a name of at most 64 letters, digits, "_", "." or "-", which begins with a letter or digit';
const PART = 'a share such as "80%", above 0% and at most 100%';
const SPAN = 'a duration such as "250ms", "1s", "1h30m" or "7d"';

/** The line is line 3; line 2 has the limits `per-tenant` and `plan` with the tiers free and premium. */
const withLimits = (line: string): string =>
  [
    'version: 1',
    'limits: [ { name: per-tenant, rate: 1/s }, { name: plan, tier: "{p}", tiers: { free: { rate: 1/s }, premium: { rate: 2/s } } } ]',
    line,
    '',
  ].join('\n');

const PRIORITIES: readonly Row[] = [
  [
    'no class',
    withLimits('priorities: {}'),
    'p.yaml:3:13: priorities: expected priority classes with what matches them, such as { essential: { path: /health }, normal: {} }, got an empty mapping',
  ],
  [
    'a list, as queues have it',
    withLimits('priorities: [high, low]'),
    'p.yaml:3:13: priorities: expected priority classes with what matches them, such as { essential: { path: /health }, normal: {} }, got a list (did you mean { high: {}, low: {} }?)',
  ],
  [
    'a class of nothing, and one with a name that is none',
    withLimits('priorities: { a: , "b c": {}, d: /x }'),
    'p.yaml:3:18: priorities.a: expected attributes with the values to match, such as { path: /health }, or {} for all that is left, got nothing',
    `p.yaml:3:20: priorities["b c"]: expected ${NAME}`,
    'p.yaml:3:34: priorities.d: expected attributes with the values to match, such as { path: /health }, or {} for all that is left, got "/x"',
  ],
  [
    'matchers under "when", as limits have them',
    withLimits('priorities: { a: { when: { path: /x } } }'),
    'p.yaml:3:20: priorities.a.when: a class has its matchers directly (leave out "when", as in { path: /health })',
  ],
  [
    'matchers that are none',
    withLimits('priorities: { a: { "b c": d, path: [], tenant: "" } }'),
    'p.yaml:3:20: priorities.a["b c"]: expected the name of an attribute: letters, digits, "_", "." or "-"',
    'p.yaml:3:36: priorities.a.path: expected a value, or a list of 1 to 1000 values, got an empty list',
    'p.yaml:3:48: priorities.a.tenant: expected a text or number, got "" (a missing attribute matches nothing)',
  ],
  [
    'too many classes',
    withLimits(`priorities: { ${Array.from({length: 17}, (_, i) => `c${i}: {}`).join(', ')} }`),
    'p.yaml:3:13: priorities: expected at most 16 priority classes, got 17',
  ],
];

const POOLS: readonly Row[] = [
  [
    'no mapping',
    section('concurrency: 10'),
    'p.yaml:1:1: a policy needs "limits" (a list of limits)',
    'p.yaml:2:14: concurrency: expected pools of slots by name, such as { api: { max: 10, queue: 50 } }, got 10',
  ],
  [
    'a pool without slots',
    section('concurrency: { a: {}, b: }'),
    'p.yaml:2:19: concurrency.a: a pool needs "max" (a whole number from 1 to 10000)',
    'p.yaml:2:26: concurrency.b: expected a pool such as { max: 10, queue: 50 }, got nothing',
  ],
  [
    'counts and spans out of range',
    section('concurrency: { a: { max: 10001, queue: 10001, wait: 2h, lease: 1ms } }'),
    'p.yaml:2:26: concurrency.a.max: expected a whole number from 1 to 10000, got 10001',
    'p.yaml:2:40: concurrency.a.queue: expected a whole number from 0 to 10000, got 10001',
    'p.yaml:2:53: concurrency.a.wait: expected a duration from 1ms to 1h, got "2h"',
    'p.yaml:2:64: concurrency.a.lease: expected a duration from 100ms to 1d, got "1ms"',
  ],
  [
    'numbers as text, spans as numbers',
    section('concurrency: { a: { max: "10", wait: 30, lease: 0s } }'),
    'p.yaml:2:26: concurrency.a.max: expected a whole number from 1 to 10000, got "10" (did you mean 10?)',
    `p.yaml:2:38: concurrency.a.wait: expected ${SPAN}, got 30 (did you mean "30s"?)`,
    'p.yaml:2:49: concurrency.a.lease: expected a duration above zero, got "0s"',
  ],
  [
    'more for a client than there is, and clients that are not told apart',
    section('concurrency: { a: { max: 5, key: "{ip}", maxPerKey: 6 }, b: { max: 5, maxPerKey: 2 } }'),
    'p.yaml:2:53: concurrency.a.maxPerKey: expected a whole number from 1 to 5 (the slots in all), got 6',
    'p.yaml:2:71: concurrency.b.maxPerKey: needs "key" beside it (who a client is, such as key: "{tenant}")',
  ],
  [
    'an order and a key that are none',
    section('concurrency: { a: { max: 5, order: FIFO, key: {ip} } }'),
    'p.yaml:2:36: concurrency.a.order: expected "fifo", "lifo" or "adaptive-lifo", got "FIFO" (did you mean "fifo"?)',
    'p.yaml:2:47: concurrency.a.key: expected a template such as "{ip}" or "{tenant}:{path}", got a mapping (put it in quotes: "{ip}")',
  ],
  ...(
    [
      ['maxConcurrent', 'max'],
      ['maxConcurrentCalls', 'max'],
      ['permits', 'max'],
      ['maxPerClient', 'maxPerKey'],
      ['queueSize', 'queue'],
      ['maxQueue', 'queue'],
      ['maxWaitDuration', 'wait'],
      ['queueTimeout', 'wait'],
      ['timeout', 'wait'],
      ['ttl', 'lease'],
      ['strategy', 'order'],
      ['only', 'when'],
      ['except', 'unless'],
    ] as const
  ).map(
    ([other, name]): Row => [
      `what others call it: ${other}`,
      section(`concurrency: { a: { max: 5, ${other}: 1 } }`),
      `p.yaml:2:29: concurrency.a: unknown field "${other}" (did you mean "${name}"?)`,
    ],
  ),
  [
    'fields of elsewhere',
    section('concurrency: { a: { max: 5, rate: 1/s, ladder: [], controller: aimd } }'),
    'p.yaml:2:29: concurrency.a: unknown field "rate" (it is a field of a limit or bucket)',
    'p.yaml:2:40: concurrency.a: unknown field "ladder" (it is a field of an entry of "behaviour")',
    'p.yaml:2:52: concurrency.a: unknown field "controller" (it is a field of an entry of "adaptive")',
  ],
  [
    'too many pools',
    section(`concurrency: { ${Array.from({length: 65}, (_, i) => `p${i}: { max: 1 }`).join(', ')} }`),
    'p.yaml:2:14: concurrency: expected at most 64 pools, got 65',
  ],
];

const BREAKERS: readonly Row[] = [
  [
    'refusals where nothing refuses',
    section('breakers: { a: { key: "{ip}", counts: refusals } }'),
    'p.yaml:2:39: breakers.a.counts: nothing is refused here (counts: refusals needs a policy with "limits")',
  ],
  [
    'guards that are none',
    section('breakers: { a: { counts: denials, key: 5, when: {}, healthCheck: 2d } }'),
    'p.yaml:2:26: breakers.a.counts: expected "failures" or "refusals", got "denials"',
    'p.yaml:2:40: breakers.a.key: expected a template such as "{ip}" or "{tenant}:{path}", got 5 (put it in quotes)',
    'p.yaml:2:49: breakers.a.when: expected attributes with the values to match, such as { path: [/health, "/api/*"] }, got an empty mapping',
    'p.yaml:2:66: breakers.a.healthCheck: expected a duration from 100ms to 1d, got "2d"',
  ],
  [
    'what others call it',
    section('breakers: { a: { healthCheckInterval: 1s, countsOn: failures, resetTimeout: 1m } }'),
    'p.yaml:2:18: breakers.a: unknown field "healthCheckInterval" (did you mean "healthCheck"?)',
    'p.yaml:2:43: breakers.a: unknown field "countsOn" (did you mean "counts"?)',
    'p.yaml:2:63: breakers.a: unknown field "resetTimeout" (did you mean "recovery"?)',
  ],
  [
    'the breaker of a token provider guards its refreshes, and nothing else',
    section(
      'tokens: { a: { tokenUrl: https://x.example, clientId: c, breaker: { key: "{ip}", counts: failures, healthCheck: 1s } } }',
    ),
    'p.yaml:2:69: tokens.a.breaker: unknown field "key" (it is a field of an entry of "breakers")',
    'p.yaml:2:82: tokens.a.breaker: unknown field "counts" (it is a field of an entry of "breakers")',
    'p.yaml:2:100: tokens.a.breaker: unknown field "healthCheck" (it is a field of an entry of "breakers")',
  ],
];

const ADAPTIVE: readonly Row[] = [
  [
    'a controller of nothing',
    withLimits('adaptive: { a: {} }'),
    'p.yaml:3:16: adaptive.a: a controller needs "limits" or "concurrency" (names of what it scales, such as limits: [per-tenant])',
  ],
  [
    'names that are none',
    withLimits('adaptive: { a: { limits: [per-tenat, xyzzy, 5, per-tenant, per-tenant] } }'),
    'p.yaml:3:27: adaptive.a.limits[0]: expected the name of a limit, got "per-tenat" (did you mean "per-tenant"?)',
    'p.yaml:3:38: adaptive.a.limits[1]: expected the name of a limit, got "xyzzy" (limits are per-tenant, plan)',
    'p.yaml:3:45: adaptive.a.limits[2]: expected the name of a limit, got 5 (limits are per-tenant, plan)',
    'p.yaml:3:60: adaptive.a.limits[4]: "per-tenant" is given twice',
  ],
  [
    'lists that are none',
    withLimits('adaptive: { a: { limits: per-tenant, concurrency: [] } }'),
    'p.yaml:3:26: adaptive.a.limits: expected a list of 1 to 256 names of limits, got "per-tenant" (put it in a list: [per-tenant])',
    'p.yaml:3:51: adaptive.a.concurrency: expected a list of 1 to 64 names of pools, got an empty list',
  ],
  [
    'a pool where there is none',
    withLimits('adaptive: { a: { concurrency: [api] } }'),
    'p.yaml:3:32: adaptive.a.concurrency[0]: expected the name of a pool, got "api" (the policy has no pools)',
  ],
  [
    'two controllers of one limit, and of one pool',
    withLimits(
      'concurrency: { api: { max: 1 } }\nadaptive: { a: { limits: [plan], concurrency: [api] }, b: { limits: [per-tenant, plan], concurrency: [api] } }',
    ),
    'p.yaml:4:82: adaptive.b.limits[1]: "plan" is scaled by adaptive.a already (leave it out of one of them)',
    'p.yaml:4:103: adaptive.b.concurrency[0]: "api" is scaled by adaptive.a already (leave it out of one of them)',
  ],
  [
    'a limit that is wrong itself is known all the same',
    'version: 1\nlimits: [ { name: a, rate: 1 } ]\nadaptive: { a: { limits: [a] } }\n',
    'p.yaml:2:28: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got 1 (did you mean "1/s"?)',
  ],
  [
    'no signal, and signals that are none',
    withLimits(
      'adaptive: { a: { limits: [plan], signals: {} }, b: { limits: [per-tenant], signals: { cpu: 0.8, memory: 85, eventLoop: 0.5, responseTime: 2h, disk: 5% } } }',
    ),
    'p.yaml:3:43: adaptive.a.signals: expected at least one signal, got an empty mapping (leave it out for cpu: 80%, memory: 85%, responseTime: 5s)',
    `p.yaml:3:92: adaptive.b.signals.cpu: expected ${PART}, got 0.8 (did you mean "80%"?)`,
    `p.yaml:3:105: adaptive.b.signals.memory: expected ${PART}, got 85 (did you mean "85%"?)`,
    `p.yaml:3:120: adaptive.b.signals.eventLoop: expected ${SPAN}, got 0.5 (did you mean "0.5s"?)`,
    'p.yaml:3:139: adaptive.b.signals.responseTime: expected a duration from 1ms to 1h, got "2h"',
    'p.yaml:3:143: adaptive.b.signals: unknown field "disk" (fields are cpu, memory, eventLoop, responseTime)',
  ],
  [
    'shares out of range',
    withLimits('adaptive: { a: { limits: [plan], floor: 0%, signals: { cpu: 101%, memory: 9999% } } }'),
    `p.yaml:3:41: adaptive.a.floor: expected ${PART}, got "0%"`,
    `p.yaml:3:61: adaptive.a.signals.cpu: expected ${PART}, got "101%"`,
    `p.yaml:3:75: adaptive.a.signals.memory: expected ${PART}, got "9999%"`,
  ],
  [
    'controllers that are none',
    withLimits(
      'adaptive: { a: { limits: [plan], controller: AIMD }, b: { limits: [per-tenant], controller: { aimd: {}, gradient: {} } } }',
    ),
    'p.yaml:3:46: adaptive.a.controller: expected "aimd", "gradient", or one with its numbers, such as { aimd: { decrease: 0.9 } }, got "AIMD" (did you mean "aimd"?)',
    'p.yaml:3:93: adaptive.b.controller: expected "aimd", "gradient", or one with its numbers, such as { aimd: { decrease: 0.9 } }, got a mapping (choose one of them)',
  ],
  [
    'numbers of controllers out of range, and in the wrong form',
    withLimits(
      'adaptive: { a: { limits: [plan], controller: { aimd: { decrease: 90%, increase: 0.05 } } }, b: { limits: [per-tenant], controller: { gradient: { tolerance: 0.5, smoothing: 0, longWindow: 1.5 } } } }',
    ),
    'p.yaml:3:66: adaptive.a.controller.aimd.decrease: expected a number between 0 and 1 such as 0.9, got "90%" (did you mean 0.9?)',
    `p.yaml:3:81: adaptive.a.controller.aimd.increase: expected ${PART}, got 0.05 (did you mean "5%"?)`,
    'p.yaml:3:157: adaptive.b.controller.gradient.tolerance: expected a number from 1 to 100 such as 1.5, got 0.5',
    'p.yaml:3:173: adaptive.b.controller.gradient.smoothing: expected a number above 0 and at most 1 such as 0.2, got 0',
    'p.yaml:3:188: adaptive.b.controller.gradient.longWindow: expected a whole number from 1 to 100000, got 1.5',
  ],
  [
    'what others call it',
    withLimits('adaptive: { a: { pools: [], limits: [plan], interval: 5s, min: 10%, targets: {} } }'),
    'p.yaml:3:18: adaptive.a: unknown field "pools" (did you mean "concurrency"?)',
    'p.yaml:3:45: adaptive.a: unknown field "interval" (did you mean "every"?)',
    'p.yaml:3:59: adaptive.a: unknown field "min" (did you mean "floor"?)',
    'p.yaml:3:69: adaptive.a: unknown field "targets" (did you mean "signals"?)',
  ],
];

const BEHAVIOUR: readonly Row[] = [
  [
    'a limit that there is none of, and one without tiers',
    withLimits('behaviour: { plna: { ladder: [a, b] }, per-tenant: { ladder: [a, b] } }'),
    'p.yaml:3:20: behaviour.plna: "plna" is no limit of the policy (did you mean "plan"?)',
    'p.yaml:3:52: behaviour.per-tenant: the limit "per-tenant" has no tiers (give it "tier" and "tiers", or leave this entry out)',
  ],
  [
    'no ladder',
    withLimits('behaviour: { plan: {} }'),
    'p.yaml:3:20: behaviour.plan: an entry of "behaviour" needs "ladder" (a list of 2 to 256 tiers from the worst to the best, such as [restricted, free, premium])',
  ],
  [
    'a ladder with one step',
    withLimits('behaviour: { plan: { ladder: [free] } }'),
    'p.yaml:3:30: behaviour.plan.ladder: expected a list of 2 to 256 tiers from the worst to the best, such as [restricted, free, premium], got a list',
  ],
  [
    'tiers that are none',
    withLimits('behaviour: { plan: { ladder: [free, premum, gold, free] } }'),
    'p.yaml:3:37: behaviour.plan.ladder[1]: expected the name of a tier, got "premum" (did you mean "premium"?)',
    'p.yaml:3:45: behaviour.plan.ladder[2]: expected the name of a tier, got "gold" (tiers of the limit are "free", "premium")',
    'p.yaml:3:51: behaviour.plan.ladder[3]: "free" is given twice',
  ],
  [
    'scores that cross',
    withLimits('behaviour: { plan: { ladder: [free, premium], promote: 0.3 } }'),
    'p.yaml:3:56: behaviour.plan.promote: "promote" (0.3) must be above "demote" (0.3, the default) (a score between the two leaves a key where it is)',
  ],
  [
    'scores that cross, the other way round',
    withLimits('behaviour: { plan: { ladder: [free, premium], demote: 0.95 } }'),
    'p.yaml:3:55: behaviour.plan.demote: "promote" (0.9, the default) must be above "demote" (0.95) (a score between the two leaves a key where it is)',
  ],
  [
    'numbers out of range, and in the wrong form',
    withLimits(
      'behaviour: { plan: { ladder: [free, premium], promote: 90%, demote: "0.2", demoteTo: last, window: 8d, minimumRequests: 0 } }',
    ),
    'p.yaml:3:56: behaviour.plan.promote: expected a score from 0 to 1 such as 0.9, got "90%" (did you mean 0.9?)',
    'p.yaml:3:69: behaviour.plan.demote: expected a score from 0 to 1 such as 0.9, got "0.2" (did you mean 0.2?)',
    'p.yaml:3:86: behaviour.plan.demoteTo: expected "next" or "lowest", got "last"',
    'p.yaml:3:100: behaviour.plan.window: expected a duration from 1s to 1w, got "8d"',
    'p.yaml:3:121: behaviour.plan.minimumRequests: expected a whole number from 1 to 1000000, got 0',
  ],
  [
    'a limit that is wrong itself is known all the same',
    'version: 1\nlimits: [ { name: a, tier: "{p}", tiers: { x: 5 } } ]\nbehaviour: { a: { ladder: [x, y] } }\n',
    'p.yaml:2:47: limits[0].tiers.x: expected a bucket such as { rate: 10/s, burst: 20 }, got 5',
  ],
];

const DEGRADATION: readonly Row[] = [
  [
    'no mapping',
    withLimits('degradation: closed'),
    'p.yaml:3:14: degradation: expected modes under pressure, such as { signals: { cpu: 80% }, enter: { shed-low: 100% } }, got "closed"',
  ],
  [
    'modes that do not rise',
    withLimits('degradation: { enter: { shed-low: 120%, essential-only: 120%, closed: 110% } }'),
    'p.yaml:3:57: degradation.enter.essential-only: "essential-only" (120%) must be above "shed-low" (120%) (modes are entered one after the other, the mildest first)',
    'p.yaml:3:71: degradation.enter.closed: "closed" (110%) must be above "essential-only" (120%) (modes are entered one after the other, the mildest first)',
  ],
  [
    'a mode that does not fit the defaults of the others',
    withLimits('degradation: { enter: { shed-low: 130% } }'),
    'p.yaml:3:35: degradation.enter.shed-low: "essential-only" (120%, the default) must be above "shed-low" (130%) (modes are entered one after the other, the mildest first)',
  ],
  [
    'pressure that is none',
    withLimits('degradation: { enter: { shed-low: 1.0, essential-only: 120, closed: 2000% } }'),
    'p.yaml:3:35: degradation.enter.shed-low: expected a share of the targets such as "120%", above 0% and at most 1000%, got 1.0 (did you mean "100%"?)',
    'p.yaml:3:56: degradation.enter.essential-only: expected a share of the targets such as "120%", above 0% and at most 1000%, got 120 (did you mean "120%"?)',
    'p.yaml:3:69: degradation.enter.closed: expected a share of the targets such as "120%", above 0% and at most 1000%, got "2000%"',
  ],
  [
    'a mode that is none',
    withLimits('degradation: { enter: { shedLow: 100%, normal: 10% } }'),
    'p.yaml:3:25: degradation.enter: unknown field "shedLow" (did you mean "shed-low"?)',
    'p.yaml:3:40: degradation.enter: unknown field "normal" (fields are shed-low, essential-only, closed)',
  ],
  [
    'numbers out of range',
    withLimits('degradation: { leave: 100%, every: 1ms, after: 2h, hold: 2d, signals: [] }'),
    'p.yaml:3:23: degradation.leave: expected a share such as "80%", above 0% and below 100%, got "100%"',
    'p.yaml:3:36: degradation.every: expected a duration from 100ms to 1h, got "1ms"',
    'p.yaml:3:48: degradation.after: expected a duration from 0s to 1h, got "2h"',
    'p.yaml:3:58: degradation.hold: expected a duration from 0s to 1d, got "2d"',
    'p.yaml:3:71: degradation.signals: expected signals with what is still all right, such as { cpu: 80%, responseTime: 5s }, got an empty list',
  ],
  [
    'what others call it',
    withLimits('degradation: { cooldown: 1m, modes: {}, cpu: 80% }'),
    'p.yaml:3:16: degradation: unknown field "cooldown" (did you mean "hold"?)',
    'p.yaml:3:30: degradation: unknown field "modes" (did you mean "enter"?)',
    'p.yaml:3:41: degradation: unknown field "cpu" (it is a field of "signals")',
  ],
];

describe.each([
  ['priorities', PRIORITIES],
  ['concurrency', POOLS],
  ['breakers', BREAKERS],
  ['adaptive', ADAPTIVE],
  ['behaviour', BEHAVIOUR],
  ['degradation', DEGRADATION],
] as const)('%s', (_section, rows) => {
  test.each(rows)('%s', (_title, text, ...messages) => {
    expect(problemsOf(text)).toEqual(messages);
  });
});

test.each([
  ['pools', 'concurrency'],
  ['bulkhead', 'concurrency'],
  ['circuitBreakers', 'breakers'],
  ['behavior', 'behaviour'],
  ['loadShedding', 'degradation'],
  ['priority', 'priorities'],
  ['throttling', 'adaptive'],
])('a section that others call %s', (other, name) => {
  expect(problemsOf(withLimits(`${other}: {}`))).toEqual([
    `p.yaml:3:1: unknown field "${other}" (did you mean "${name}"?)`,
  ]);
});

test.each(['priorities: { a: {} }', 'concurrency: {}', 'adaptive: {}', 'behaviour: {}'])(
  'no reason to have no limits: %s',
  (line) => {
    expect(problemsOf(section(line))).toEqual(['p.yaml:1:1: a policy needs "limits" (a list of limits)']);
  },
);

test('a pool that is wrong itself is known to a controller all the same', () => {
  const text = 'concurrency: { api: { max: 0 } }\nadaptive: { a: { concurrency: [api] } }';
  expect(problemsOf(withLimits(text))).toEqual([
    'p.yaml:3:28: concurrency.api.max: expected a whole number from 1 to 10000, got 0',
  ]);
});
