import type {Field} from './schema.ts';

/** Fields of an entry of `concurrency`. */
export const POOL_FIELDS: readonly Field[] = [
  {
    name: 'max',
    type: 'slots',
    required: true,
    doc: 'Slots in all: how much runs at the same time, over all processes.',
    alsoCalled: [
      'maxConcurrent',
      'maxConcurrency',
      'maxConcurrentCalls',
      'maxConcurrentRequests',
      'limit',
      'slots',
      'permits',
      'size',
    ],
  },
  {
    name: 'key',
    type: 'template',
    default: 'clients are not told apart',
    doc: 'Template over request attributes that says who a client is.',
    alsoCalled: ['by', 'per', 'client', 'identifier'],
  },
  {
    name: 'maxPerKey',
    type: 'slots',
    default: 'max',
    doc: 'Slots of one client, at most "max"; needs a "key".',
    alsoCalled: ['perKey', 'perClient', 'maxPerClient', 'maxConcurrentPerClient'],
  },
  {
    name: 'queue',
    type: 'waiting',
    default: '0',
    doc: 'How many may wait for a slot, in all.',
    alsoCalled: ['queueSize', 'maxQueue', 'maxQueueSize', 'queueLimit', 'queueLength', 'backlog'],
  },
  {
    name: 'wait',
    type: 'duration',
    default: '30s',
    doc: 'The longest wait in the queue, 1ms to 1h.',
    alsoCalled: [
      'maxWait',
      'maxWaitDuration',
      'maxWaitTime',
      'queueTimeout',
      'waitTimeout',
      'acquireTimeout',
      'timeout',
    ],
  },
  {
    name: 'lease',
    type: 'duration',
    default: '30s',
    doc: 'A slot whose holder gives no sign of life is free again after this, 100ms to 1d.',
    alsoCalled: ['ttl', 'leaseTime', 'leaseDuration', 'leaseTimeout', 'slotTimeout'],
  },
  {
    name: 'order',
    type: 'poolOrder',
    default: 'fifo',
    doc: 'Who goes first of those who wait, within a priority class: the oldest, the newest, or the newest only while the pool is overloaded.',
    alsoCalled: ['strategy', 'discipline', 'queueOrder', 'ordering'],
  },
  {
    name: 'when',
    type: 'matchers',
    default: 'every request',
    doc: 'Only requests that match all of these go through the pool; "*" stands for any text.',
    alsoCalled: ['match', 'only', 'if'],
  },
  {
    name: 'unless',
    type: 'matchers',
    default: 'no request',
    doc: 'Requests that match all of these do not go through the pool; "*" stands for any text.',
    alsoCalled: ['except', 'skip', 'exempt', 'exclude', 'ignore'],
  },
];

/** Fields of an entry of `breakers` that the `breaker` of a token provider does not have. */
export const GUARD_FIELDS: readonly Field[] = [
  {
    name: 'key',
    type: 'template',
    default: 'one breaker for all',
    doc: 'Template over request attributes: a breaker for each key. Makes it guard requests instead of calls.',
    alsoCalled: ['by', 'per', 'identifier'],
  },
  {
    name: 'when',
    type: 'matchers',
    default: 'every request',
    doc: 'It guards only requests that match all of these; "*" stands for any text. Makes it guard requests instead of calls.',
    alsoCalled: ['match', 'only', 'if'],
  },
  {
    name: 'unless',
    type: 'matchers',
    default: 'no request',
    doc: 'It does not guard requests that match all of these; "*" stands for any text. Makes it guard requests instead of calls.',
    alsoCalled: ['except', 'skip', 'exempt', 'exclude', 'ignore'],
  },
  {
    name: 'counts',
    type: 'counted',
    default: 'failures',
    doc: 'What counts as a failure: a request that failed, or one that a limit refused. Makes it guard requests instead of calls.',
    alsoCalled: ['count', 'countsOn', 'failureOn', 'trigger'],
  },
  {
    name: 'healthCheck',
    type: 'duration',
    default: '10s',
    doc: 'While a breaker of calls is open, a health check is made this often, 100ms to 1d.',
    alsoCalled: ['healthCheckInterval', 'checkInterval', 'probeInterval', 'health'],
  },
];
