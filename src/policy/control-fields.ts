import type {Field} from './schema.ts';

/** Fields of `signals`: what is still all right. */
export const SIGNAL_FIELDS: readonly Field[] = [
  {
    name: 'cpu',
    type: 'part',
    doc: 'Share of the processors that a process may use.',
    alsoCalled: ['cpuUsage', 'cpuThreshold', 'processor'],
  },
  {
    name: 'memory',
    type: 'part',
    doc: 'Share of the memory that a process may use.',
    alsoCalled: ['mem', 'memoryUsage', 'memoryThreshold', 'ram', 'heap'],
  },
  {
    name: 'eventLoop',
    type: 'duration',
    doc: 'How late the event loop runs (99th percentile), 1ms to 1m.',
    alsoCalled: ['eventLoopDelay', 'eventLoopLag', 'lag', 'loop'],
  },
  {
    name: 'responseTime',
    type: 'duration',
    doc: 'The mean time of what was completed, 1ms to 1h.',
    alsoCalled: ['latency', 'responseTimeThreshold', 'response', 'rtt', 'duration'],
  },
];

const SIGNALS = '{ cpu: 80%, memory: 85%, responseTime: 5s }';
const EVERY = ['interval', 'checkInterval', 'period', 'adjustmentInterval'];
const SIGNALS_CALLED = ['targets', 'metrics', 'thresholds'];

/** Fields of an entry of `adaptive`. */
export const ADAPTIVE_FIELDS: readonly Field[] = [
  {
    name: 'limits',
    type: 'limitNames',
    default: 'none',
    doc: 'Limits whose rates, bursts and counts shrink under load.',
    alsoCalled: ['limit', 'rules'],
  },
  {
    name: 'concurrency',
    type: 'poolNames',
    default: 'none',
    doc: 'Pools whose "max" shrinks under load.',
    alsoCalled: ['pools', 'pool', 'bulkheads'],
  },
  {
    name: 'controller',
    type: 'controller',
    default: 'aimd',
    doc: 'How they shrink and recover: in steps while a signal is above its target, or as the response time rises above what it was for long.',
    alsoCalled: ['algorithm', 'strategy', 'kind', 'type'],
  },
  {
    name: 'every',
    type: 'duration',
    default: '5s',
    doc: 'How often load is looked at, 100ms to 1h.',
    alsoCalled: EVERY,
  },
  {
    name: 'signals',
    type: 'signals',
    default: SIGNALS,
    doc: 'What is still all right; those that are not given are not looked at.',
    alsoCalled: SIGNALS_CALLED,
  },
  {
    name: 'floor',
    type: 'part',
    default: '10%',
    doc: 'Never below this share of what the policy says.',
    alsoCalled: ['min', 'minimum', 'minShare', 'minLimit'],
  },
];

/** Fields of `controller: { aimd: … }`. */
export const AIMD_FIELDS: readonly Field[] = [
  {
    name: 'decrease',
    type: 'decrease',
    default: '0.9',
    doc: 'Under pressure the share is multiplied by this.',
    alsoCalled: ['backoffRatio', 'backoff', 'multiplier', 'factor', 'beta'],
  },
  {
    name: 'increase',
    type: 'part',
    default: '5%',
    doc: 'So much of what the policy says is added otherwise.',
    alsoCalled: ['step', 'add', 'additive', 'alpha'],
  },
];

/** Fields of `controller: { gradient: … }`. */
export const GRADIENT_FIELDS: readonly Field[] = [
  {
    name: 'tolerance',
    type: 'tolerance',
    default: '1.5',
    doc: 'So many times the long-term response time is still all right.',
    alsoCalled: ['rttTolerance', 'slack'],
  },
  {
    name: 'smoothing',
    type: 'smoothing',
    default: '0.2',
    doc: 'Weight of a new value.',
    alsoCalled: ['smooth', 'alpha', 'weight'],
  },
  {
    name: 'longWindow',
    type: 'samples',
    default: '600',
    doc: 'Samples over which the long-term response time is averaged.',
    alsoCalled: ['window', 'samples', 'longTermWindow'],
  },
];

/** Fields of `degradation`. */
export const DEGRADATION_FIELDS: readonly Field[] = [
  {
    name: 'signals',
    type: 'signals',
    default: SIGNALS,
    doc: 'What is still all right; those that are not given are not looked at.',
    alsoCalled: SIGNALS_CALLED,
  },
  {
    name: 'every',
    type: 'duration',
    default: '5s',
    doc: 'How often load is looked at, 100ms to 1h.',
    alsoCalled: EVERY,
  },
  {
    name: 'enter',
    type: 'enter',
    default: '{ shed-low: 100%, essential-only: 120%, closed: 150% }',
    doc: 'The pressure that begins each mode, 100% at the target; it rises from mode to mode.',
    alsoCalled: ['modes', 'levels', 'thresholds', 'at'],
  },
  {
    name: 'leave',
    type: 'innerPart',
    default: '80%',
    doc: 'A mode ends when the pressure is below this share of what began it.',
    alsoCalled: ['exit', 'hysteresis', 'recoverAt'],
  },
  {
    name: 'after',
    type: 'duration',
    default: '10s',
    doc: 'The pressure has to be there for so long before a mode begins, 0s to 1h.',
    alsoCalled: ['delay', 'for', 'sustained'],
  },
  {
    name: 'hold',
    type: 'duration',
    default: '30s',
    doc: 'It has to be gone for so long before the mode before it is back, 0s to 1d.',
    alsoCalled: ['cooldown', 'recovery', 'stable', 'holdFor'],
  },
];

/** Fields of `enter`: the modes, from the mildest on. */
export const ENTER_FIELDS: readonly Field[] = [
  {
    name: 'shed-low',
    type: 'pressure',
    default: '100%',
    doc: 'From here on the last priority class is refused.',
    alsoCalled: ['shedLow', 'shed_low', 'shed'],
  },
  {
    name: 'essential-only',
    type: 'pressure',
    default: '120%',
    doc: 'From here on all classes but the first are refused.',
    alsoCalled: ['essentialOnly', 'essential_only', 'essential'],
  },
  {name: 'closed', type: 'pressure', default: '150%', doc: 'From here on everything is refused.'},
];
