import type {ActivityReport} from '../../../src/view/model/activity-report.ts';
import {reportOfTraffic} from '../../operate/report/traffic-report.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {at} from '../../support/instants.ts';

/** Saturday noon. */
export const NOON = at('2026-11-21T12:00:00Z');

/** What a store beside the limits knows. */
const OPERATION: Pick<ActivityReport, 'tokens' | 'breakers' | 'queues' | 'changes'> = {
  tokens: [
    {
      provider: 'google',
      condition: 'valid',
      recommendation: 'ok',
      health: {score: 96, lost: [{term: 'outcomes', points: 4, why: '1 of 5 known attempts failed'}]},
      refreshed: 168,
      failed: 1,
      successRate: 168 / 169,
      uses: 501_822,
      errors: [{error: 'http-503', count: 1}],
      hours: [],
    },
    {
      provider: 'crm',
      condition: 'expired',
      recommendation: 'reauthorise',
      health: {
        score: 0,
        lost: [{term: 'authorisation', points: 100, why: 'the provider refused the refresh token'}],
      },
      refreshed: 0,
      failed: 23,
      successRate: 0,
      uses: 0,
      errors: [
        {error: 'invalid_client', count: 20},
        {error: 'answer-lost', count: 3},
      ],
      hours: [],
    },
  ],
  breakers: [
    {
      name: 'provider',
      state: 'open',
      failures: 5,
      openMs: 5_580_000,
      episodes: [
        {from: '2026-11-17T08:00:00.000Z', until: '2026-11-17T09:30:00.000Z', note: '5 failures'},
        {from: '2026-11-21T11:57:00.000Z', until: null, note: '5 failures'},
      ],
    },
    {name: 'token:google', state: 'closed', failures: 0, openMs: 0, episodes: []},
  ],
  queues: [
    {
      queue: 'calls',
      waiting: 1_204,
      classes: [
        {class: 'batch', waiting: 1_200},
        {class: 'interactive', waiting: 4},
      ],
      due: 12,
      claimed: 8,
      dead: 3,
      oldestMs: 754_000,
      nextInMs: 0,
    },
  ],
  changes: {
    range: {
      from: '2026-11-14T12:00:00.000Z',
      until: '2026-11-21T12:00:00.000Z',
      ms: 604_800_000,
      edges: 'exact',
    },
    actions: [
      {action: 'token-refresh', count: 192},
      {action: 'reset', count: 1},
    ],
    latest: [
      {
        at: '2026-11-20T09:15:00.000Z',
        action: 'reset',
        target: 'per-ip/203.0.0.1',
        by: 'ada',
        why: 'customer asked, ticket 4711',
      },
    ],
    complete: true,
  },
};

/** A week of traffic with an attack in it, compared with the week before. */
export const busyReport = async (): Promise<ActivityReport> => ({
  ...(await reportOfTraffic({now: NOON, days: 34, since: 7, compare: true, keys: 10})),
  ...OPERATION,
});

/** Three hours by minutes, nothing refused. */
export const shortReport = (): Promise<ActivityReport> =>
  reportOfTraffic({now: NOON, days: 0.2, since: 0.125, compare: false, keys: 10, calm: true});

/** A store in which nothing was counted. */
export const emptyReport = (): Promise<ActivityReport> =>
  reportOfTraffic({now: NOON, days: 0, since: 7, compare: true, keys: 10});

/** What attackers send, wherever a report has text from outside. */
export const HOSTILE: readonly string[] = [
  '<script>globalThis.attacked = true</script>',
  '"><img src=x onerror="globalThis.attacked = true">',
  "' onmouseover='globalThis.attacked = true",
  '</script><script>globalThis.attacked = true</script>',
  '</style><style>*{display:none}</style>',
  'javascript:globalThis.attacked=true',
  '\u202eevil\u202c \u2066x\u2069',
  '=HYPERLINK("http://evil.example","x")',
  '::error::broken ##[group]x',
  ...HOSTILE_KEYS,
];

export const hostileReport = async (): Promise<ActivityReport> => {
  const report = await reportOfTraffic({
    now: NOON,
    days: 8,
    since: 7,
    compare: false,
    keys: 1_000,
    hostile: HOSTILE,
  });
  const text = HOSTILE.slice(0, 9).join(' ');
  const [limit] = report.limits;
  return {
    ...report,
    ...OPERATION,
    source: {kind: 'store', url: `redis://${text}`, server: text, now: report.range!.until},
    policy: {file: text, from: text},
    scope: {selector: text, filter: text},
    limits: [{...limit!, limit: text, description: text}],
    tokens: [{...OPERATION.tokens![0]!, provider: text, errors: [{error: text, count: 1}]}],
    breakers: [{...OPERATION.breakers![0]!, name: text}],
    queues: [
      {
        ...OPERATION.queues![0]!,
        queue: text,
        classes: [
          {class: text, waiting: 1},
          {class: 'b', waiting: 1},
        ],
      },
    ],
    changes: {
      ...OPERATION.changes!,
      actions: [{action: text, count: 1}],
      latest: [{at: report.range!.from, action: text, target: text, by: text, why: text}],
    },
    recommendations: [
      {kind: 'raise', urgency: 'act', subject: text, text, reason: text, command: `ratectl ${text}`},
    ],
    thresholds: [{expr: text, actual: 0.5, pass: false}],
    forecast: {kind: 'none', why: text},
  };
};
