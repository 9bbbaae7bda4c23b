import {isRatectlError, RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import {parseKey, type Selector} from '../operate/selector.ts';
import type {StatusQuery} from '../operate/status/read-status.ts';
import {STATUS_STATES, type StatusReport, type StatusState} from '../view/model/status-report.ts';
import {boundedFilter} from './bounded-filter.ts';

/** What the parameters of `/api/rate-limit-status`, or the arguments of `rate_limit_status`, ask for. */
export interface StatusRequest {
  /** Undefined: the keys that were refused or near lately. */
  readonly selector: Extract<Selector, {kind: 'exact'}> | undefined;
  readonly filter: StatusQuery['filter'];
  readonly states: StatusQuery['states'];
  /** Keys in the answer. */
  readonly limit: number;
}

export interface StatusArguments {
  readonly selector?: string | undefined;
  readonly filter?: string | undefined;
  /** `limited,near`. */
  readonly state?: string | undefined;
  readonly limit?: number | undefined;
}

export const MOST_KEYS = 10_000;
export const USUAL_KEYS = 1_000;

/** Throws a RatectlError that says what was expected. */
export const statusRequest = ({selector, filter, state, limit}: StatusArguments): StatusRequest => {
  const selected = selector === undefined ? undefined : keyOf(selector);
  return {
    selector: selected,
    filter: filter === undefined || filter === '' ? undefined : boundedFilter(filter),
    states: state === undefined || state === '' ? undefined : new Set(state.split(',').map(stateOf)),
    limit: limit ?? USUAL_KEYS,
  };
};

/** One key. Flags, which the commands name when it is none, help nobody who asks over HTTP, and no assistant. */
const keyOf = (text: string): Extract<Selector, {kind: 'exact'}> => {
  try {
    return parseKey(text);
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    throw new RatectlError(error.message, {
      code: error.code,
      hint: 'selector is one key, LIMIT/KEY; filter chooses among the keys that were refused or near lately',
    });
  }
};

const NAMES = ['limit', 'selector', 'filter', 'state'];

/** The parameters of a URL. Throws a RatectlError that says what was expected. */
export const statusArguments = (parameters: URLSearchParams): StatusArguments => {
  for (const name of parameters.keys()) {
    if (!NAMES.includes(name))
      throw refusal(
        `unknown parameter ${quoted(name)}${didYouMean(name, NAMES)}`,
        `parameters are ${NAMES.join(', ')}`,
      );
    if (parameters.getAll(name).length > 1)
      throw refusal(`parameter ${quoted(name)} is given twice`, 'one of them is meant');
  }
  const limit = parameters.get('limit');
  return {
    selector: parameters.get('selector') ?? undefined,
    filter: parameters.get('filter') ?? undefined,
    state: parameters.get('state') ?? undefined,
    limit: limit === null ? undefined : limitOf(limit),
  };
};

/** The part of what was seen that was asked for. */
export const chosenKeys = (report: StatusReport, request: Omit<StatusRequest, 'selector'>): StatusReport => {
  const {filter, states, limit} = request;
  const wanted = filter?.(report.keys.map(({limit: name, key}) => `${name}/${key}`));
  const counts = Object.fromEntries(STATUS_STATES.map((state) => [state, 0])) as Record<StatusState, number>;
  const matching = report.keys.filter(
    ({state}, i) => (wanted === undefined || wanted[i]) && (states === undefined || states.has(state)),
  );
  for (const {state} of matching) counts[state]++;
  const keys = matching.slice(0, limit);
  return {
    ...report,
    keys,
    totals: {...report.totals, shown: keys.length, matching: matching.length, states: counts},
  };
};

const stateOf = (text: string): StatusState => {
  const state = STATUS_STATES.find((one) => one === text.trim());
  if (state !== undefined) return state;
  throw refusal(
    `unknown state ${quoted(text)}${didYouMean(text, STATUS_STATES)}`,
    `states are ${STATUS_STATES.join(', ')}`,
  );
};

const limitOf = (text: string): number => {
  const limit = Number(text);
  if (/^\d{1,5}$/.test(text) && limit <= MOST_KEYS) return limit;
  throw refusal(
    `limit ${quoted(text)}, expected a whole number from 0 to ${MOST_KEYS}`,
    'for example ?limit=20',
  );
};

const refusal = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/parameter', hint});
