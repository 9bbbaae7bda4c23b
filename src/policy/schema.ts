import type {AlgorithmName} from './algorithm-names.ts';
import type {ValueTypeName} from './value-types.ts';

/** A field of the policy file. Messages, known names, `ratectl policy schema` and its test all read these lists. */
export interface Field {
  readonly name: string;
  readonly type: ValueTypeName;
  /** One sentence; the description in editors. */
  readonly doc: string;
  /** What holds when it is left out, in words. */
  readonly default?: string;
  readonly required?: true;
  /** For parameters: the algorithms that take it. */
  readonly algorithms?: readonly AlgorithmName[];
  /** False: `simulate` has no use for it, and says so. */
  readonly simulated?: false;
  /** What other tools call it: only to suggest the right name. */
  readonly alsoCalled?: readonly string[];
}

/** Fields of the policy itself. */
export const POLICY_FIELDS: readonly Field[] = [
  {name: 'version', type: 'version', required: true, doc: 'Version of the policy grammar.'},
  {
    name: 'limits',
    type: 'limits',
    doc: 'Evaluated in order; the first limit that denies a request names the denial. At least one, unless there are pools, breakers, degradation, tokens or a queue.',
    alsoCalled: ['rules', 'policies', 'layers'],
  },
  {
    name: 'charge',
    type: 'charge',
    default: 'all-or-nothing',
    doc: 'Whether a limit is charged when another one denies the request.',
  },
  {
    name: 'onStoreError',
    type: 'onStoreError',
    default: 'local',
    doc: 'What applications do while the store cannot be reached: allow everything, refuse everything, or decide alone with their share of the limits. Simulate has no store.',
    alsoCalled: ['failMode', 'failOpen', 'onError', 'fallback'],
  },
  {
    name: 'thresholds',
    type: 'thresholds',
    default: 'none',
    doc: 'Expressions over the result of simulate; one that does not hold makes it exit with 5.',
    alsoCalled: ['assertions', 'fail-if', 'failIf'],
  },
  {
    name: 'priorities',
    type: 'priorities',
    default: 'one class of all requests',
    doc: 'Priority classes of requests, the most important first. A request whose attribute "priority" names one belongs to it.',
    alsoCalled: ['priority', 'priorityClasses', 'classes'],
  },
  {
    name: 'concurrency',
    type: 'pools',
    default: 'none',
    doc: 'Pools of slots by name: work at the same time, and a queue before it.',
    alsoCalled: ['pools', 'bulkhead', 'bulkheads', 'concurrencyLimits'],
  },
  {
    name: 'breakers',
    type: 'namedBreakers',
    default: 'none',
    doc: 'Circuit breakers by name. Simulate evaluates those that guard requests.',
    alsoCalled: ['breaker', 'circuitBreaker', 'circuitBreakers'],
  },
  {
    name: 'adaptive',
    type: 'adaptive',
    default: 'none',
    doc: 'Controllers by name: limits and pools that shrink under load, and recover.',
    alsoCalled: ['throttling', 'adaptiveThrottling', 'adaptiveLimits'],
  },
  {
    name: 'behaviour',
    type: 'behaviour',
    default: 'none',
    doc: 'By limit: keys go a tier up or down with how they behave.',
    alsoCalled: ['behavior', 'reputation', 'scores'],
  },
  {
    name: 'degradation',
    type: 'degradation',
    default: 'none',
    doc: 'Which priority classes are still served under pressure.',
    alsoCalled: ['degradationModes', 'loadShedding', 'shedding', 'overload'],
  },
  {
    name: 'tokens',
    type: 'tokens',
    default: 'none',
    doc: 'OAuth tokens by provider, and how often they may be refreshed. Not evaluated by simulate.',
    simulated: false,
  },
  {
    name: 'queue',
    type: 'queues',
    default: 'none',
    doc: 'Queues by name: work that waits for its limits, in order of priority. Not evaluated by simulate.',
    simulated: false,
  },
];
