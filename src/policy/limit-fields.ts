import type {AlgorithmName} from './algorithm-names.ts';
import type {Field} from './schema.ts';

const RATED = ['token-bucket', 'gcra', 'leaky-bucket'] as const;
const WINDOWED = ['fixed-window', 'sliding-window', 'sliding-log'] as const;

/** Fields of a limit, besides the parameters of its algorithm. */
export const LIMIT_FIELDS: readonly Field[] = [
  {
    name: 'name',
    type: 'name',
    required: true,
    doc: 'Unique name of the limit; reports and denials use it.',
    alsoCalled: ['id'],
  },
  {
    name: 'key',
    type: 'template',
    default: '{key}',
    doc: 'Template over request attributes that says who shares a bucket; a request without one of the attributes skips the limit.',
    alsoCalled: ['by', 'per', 'identifier'],
  },
  {
    name: 'when',
    type: 'matchers',
    default: 'every request',
    doc: 'The limit applies only to requests that match all of these; "*" stands for any text.',
    alsoCalled: ['match', 'only', 'if'],
  },
  {
    name: 'unless',
    type: 'matchers',
    default: 'no request',
    doc: 'The limit does not apply to requests that match all of these; "*" stands for any text.',
    alsoCalled: ['except', 'skip', 'exempt', 'exclude', 'ignore'],
  },
  {
    name: 'mode',
    type: 'mode',
    default: 'enforce',
    doc: 'enforce denies; shadow is charged, counted and reported, and never denies.',
    alsoCalled: ['shadow', 'enforcement'],
  },
  {
    name: 'rollout',
    type: 'share',
    default: '100%',
    doc: 'Share of keys for which mode: enforce denies, always the same ones; the others are treated as in shadow mode.',
    alsoCalled: ['share', 'percentage', 'sample'],
  },
  {
    name: 'cost',
    type: 'cost',
    default: 'request',
    doc: 'What a request takes: its own cost, or the same number for all (a request of cost 0 still takes nothing).',
    alsoCalled: ['weight', 'tokens'],
  },
  {name: 'buckets', type: 'buckets', doc: 'Several buckets for the same key; all must allow.'},
  {
    name: 'tier',
    type: 'template',
    doc: 'Template over request attributes that chooses one of the tiers.',
    alsoCalled: ['plan'],
  },
  {
    name: 'tiers',
    type: 'tiers',
    doc: 'Buckets by tier; all buckets of a tier must allow.',
    alsoCalled: ['plans'],
  },
  {
    name: 'defaultTier',
    type: 'tierName',
    default: 'the limit is skipped',
    doc: 'Tier of requests whose tier is missing or unknown.',
  },
  {
    name: 'overrides',
    type: 'overrides',
    default: 'none',
    doc: 'Single keys with other parameters, without a limit (exempt) or without access (block).',
    alsoCalled: ['exceptions'],
  },
];

/** Parameters of algorithms: in a limit, a bucket, a tier or an override. */
export const BUCKET_FIELDS: readonly Field[] = [
  {
    name: 'algorithm',
    type: 'algorithm',
    default: 'token-bucket when "rate" is given',
    doc: 'How requests are counted.',
    alsoCalled: ['type', 'kind', 'strategy'],
  },
  {
    name: 'rate',
    type: 'rate',
    required: true,
    algorithms: RATED,
    doc: 'Units per time: 10/s, 100/m, 1000/h, 1.67/s, 20/10s or { count: 20, per: 10s }.',
    alsoCalled: ['refillRate', 'speed', 'rps'],
  },
  {
    name: 'burst',
    type: 'burst',
    default: 'the count of the rate, rounded up; 0 for leaky-bucket',
    algorithms: RATED,
    doc: 'Units that may pass at once: the capacity. For leaky-bucket, requests beyond the first that may wait or pass.',
    alsoCalled: ['capacity', 'bucketSize', 'maxBurst', 'size'],
  },
  {
    name: 'initial',
    type: 'initial',
    default: 'burst',
    algorithms: ['token-bucket'],
    doc: 'Tokens of a key seen for the first time.',
    alsoCalled: ['start', 'initialTokens'],
  },
  {
    name: 'refill',
    type: 'refill',
    default: 'continuous',
    algorithms: ['token-bucket'],
    doc: 'How tokens come back: continuously, in steps, slower the emptier the bucket is, or at most a tenth of the capacity per check.',
  },
  {
    name: 'limit',
    type: 'count',
    required: true,
    algorithms: WINDOWED,
    doc: 'Units per window.',
    alsoCalled: ['requests', 'points', 'quota', 'threshold'],
  },
  {
    name: 'window',
    type: 'window',
    required: true,
    algorithms: WINDOWED,
    doc: 'Length of the window; with align: calendar a calendar unit.',
    alsoCalled: ['period', 'interval', 'duration', 'windowMs'],
  },
  {
    name: 'align',
    type: 'align',
    default: 'epoch',
    algorithms: ['fixed-window'],
    doc: 'Where windows begin: on the grid of the Unix epoch, with the first request, or with the local calendar.',
  },
  {
    name: 'tz',
    type: 'timeZone',
    default: 'UTC',
    algorithms: ['fixed-window'],
    doc: 'Time zone of align: calendar.',
    alsoCalled: ['timezone', 'timeZone', 'zone'],
  },
  {
    name: 'countDenied',
    type: 'flag',
    default: 'false',
    algorithms: ['fixed-window'],
    doc: 'Whether a denied request counts too.',
  },
  {
    name: 'delay',
    type: 'countFromZero',
    default: '0',
    algorithms: ['leaky-bucket'],
    doc: 'Requests of the burst that pass without waiting.',
  },
  {
    name: 'nodelay',
    type: 'flag',
    default: 'false',
    algorithms: ['leaky-bucket'],
    doc: 'The whole burst passes without waiting.',
    alsoCalled: ['noDelay'],
  },
  {
    name: 'max',
    type: 'leases',
    required: true,
    algorithms: ['concurrency'],
    doc: 'Requests at the same time.',
    alsoCalled: ['maxConcurrent', 'maxConcurrency'],
  },
  {
    name: 'queue',
    type: 'countFromZero',
    default: '0',
    algorithms: ['concurrency'],
    doc: 'Has no effect: a limit refuses at once. Pools of the section "concurrency" have queues.',
  },
  {
    name: 'timeout',
    type: 'duration',
    default: '30s',
    algorithms: ['concurrency'],
    doc: 'Time after which a request that never ended frees its slot.',
    alsoCalled: ['ttl', 'lease'],
  },
];

/** The parameters of an algorithm. */
export const parametersOf = (algorithm: AlgorithmName): readonly Field[] =>
  BUCKET_FIELDS.filter((field) => field.algorithms?.includes(algorithm));
