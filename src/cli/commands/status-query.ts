import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import type {StatusQuery} from '../../operate/status/read-status.ts';
import {STATUS_STATES, type StatusReport} from '../../view/model/status-report.ts';
import {STATUS_FIELD_NAMES, type StatusField} from '../../view/status/fields.ts';
import {keyFilter} from '../key-filter.ts';
import {outputFormat} from '../options/output.ts';
import {selectorOf} from '../options/selector.ts';
import type {StatusCondition, StatusFlags} from './status.ts';

/** What the flags of `status` ask for, checked before any store is opened. */
export interface StatusRequest {
  readonly query: StatusQuery;
  readonly fields: readonly StatusField[] | undefined;
  /** Keys are written as they are found: a listing without bound that needs no order. */
  readonly streams: boolean;
  /** Milliseconds. */
  readonly interval: number;
}

const SHORTEST_INTERVAL_MS = 250;
const SCREEN = 20;
const DOCUMENT = 1_000;
/** One screen needs the keys with the most refusals: a page of rows, and the answer is there at once. */
const SCREEN_READS = 500;

/** What asks for more than the most refused keys is answered from the whole index. */
const isThorough = ({state, sort, limit, failOn, failEmpty}: StatusFlags): boolean =>
  [state, sort, limit, failOn, failEmpty].some((flag) => flag !== undefined);

export const statusRequest = (argument: string | undefined, flags: StatusFlags): StatusRequest => {
  const format = outputFormat(flags);
  const scope = selectorOf(argument, flags) ?? {kind: 'recent'};
  const streams =
    (format === 'jsonl' || format === 'csv') && flags.limit === undefined && flags.sort === undefined;
  const usual = format === 'table' || format === 'wide' ? SCREEN : DOCUMENT;
  return {
    query: {
      scope,
      filter: flags.filter === undefined ? undefined : keyFilter(flags.filter),
      states: flags.state === undefined ? undefined : new Set(listOf(flags.state, STATUS_STATES, 'state')),
      sort: flags.sort ?? 'used',
      direction: flags.reverse === true ? 'reverse' : 'forward',
      limit: flags.limit === 0 ? Number.POSITIVE_INFINITY : (flags.limit ?? usual),
      maxKeys: flags.maxKeys ?? Number.POSITIVE_INFINITY,
      mostRecent: isThorough(flags) ? Number.POSITIVE_INFINITY : SCREEN_READS,
    },
    fields: flags.fields === undefined ? undefined : listOf(flags.fields, STATUS_FIELD_NAMES, 'field'),
    streams,
    interval: intervalOf(flags),
  };
};

const listOf = <T extends string>(text: string, known: readonly T[], what: string): readonly T[] =>
  text.split(',').map((part) => {
    const name = part.trim();
    const found = known.find((one) => one.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      throw new RatectlError(`unknown ${what} ${quoted(name)}${didYouMean(name, known)}`, {
        code: `usage/${what}`,
        hint: `${what}s are: ${known.join(', ')}`,
      });
    return found;
  });

const intervalOf = ({
  interval: text = '2s',
  watch,
  interval,
}: Pick<StatusFlags, 'interval' | 'watch'>): number => {
  const span = parseDuration(text);
  if (span === undefined || span < SHORTEST_INTERVAL_MS * 1_000)
    throw new RatectlError(
      `--interval ${quoted(text)}, expected a duration of ${SHORTEST_INTERVAL_MS}ms or more`,
      {
        code: 'usage/interval',
        hint: 'looking more often would burden the store; 2s is the default',
      },
    );
  if (interval !== undefined && watch !== true)
    throw new RatectlError('--interval goes with --watch only', {
      code: 'usage/interval',
      hint: 'add --watch to look again and again, or leave --interval out',
    });
  return span / 1_000;
};

/** Whether --fail-on holds. */
export const conditionHolds = (
  condition: StatusCondition | undefined,
  {
    totals: {states},
    breakers,
    alerts,
    degradation,
  }: Pick<StatusReport, 'totals' | 'breakers' | 'alerts' | 'degradation'>,
): boolean => {
  const limited = states.limited + states.blocked;
  switch (condition) {
    case undefined:
      return false;
    case 'limited':
      return limited > 0;
    case 'near':
      return limited + states.near > 0;
    case 'open':
      return breakers.some(({state}) => state === 'open');
    case 'token':
      return alerts.some(({kind}) => kind.startsWith('token-'));
    case 'queue':
      return alerts.some(({kind}) => kind === 'queue-dead');
    case 'pool':
      return alerts.some(({kind}) => kind === 'pool-full');
    case 'degraded':
      return degradation !== null && degradation.mode !== 'normal';
  }
};
