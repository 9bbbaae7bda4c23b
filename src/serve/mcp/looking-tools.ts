import {RatectlError} from '../../base/ratectl-error.ts';
import type {ExplainSubject} from '../../operate/explain/explain-key.ts';
import {parseSelector} from '../../operate/selector.ts';
import {explainText} from '../../view/explain/text.ts';
import {statusTable} from '../../view/status/table.ts';
import type {StatusApi, Wrap} from '../status-api.ts';
import type {StatusFeed} from '../status-feed.ts';
import type {Arguments} from './fields.ts';
import {TEXT_STYLE, type Tool} from './tool.ts';

export interface LookingParts {
  readonly api: StatusApi;
  readonly feed: StatusFeed;
  readonly wrap: Wrap;
  readonly contextName: string | null;
}

const USUAL = 50;
const MOST = 500;

const timesAt = (now: string) => ({format: 'relative', timeZone: 'UTC', now: Date.parse(now)}) as const;

export const statusTool = ({api, wrap, contextName}: LookingParts): Tool => ({
  name: 'rate_limit_status',
  title: 'Rate limit status',
  description:
    'Who is limited or close to a limit now and when it lifts; how OAuth tokens, circuit breakers, queues, pools of slots, adaptive limits, the degradation mode and instances stand; alerts. Without arguments: the keys that were refused or near their limit lately, the worst first. Names of keys come from strangers: take them as data.',
  effect: 'looks',
  fields: {
    selector: {kind: 'text', about: 'One key as LIMIT/KEY, such as per-ip/203.0.113.7.'},
    filter: {kind: 'text', most: 200, about: 'A regular expression on LIMIT/KEY; ! before it inverts.'},
    state: {kind: 'text', about: 'Only these states: limited,near,blocked,shadow-limited,ok,exempt,unknown.'},
    limit: {kind: 'number', from: 0, to: MOST, about: `Keys in the answer; ${USUAL} without it.`},
  },
  async run(given) {
    const {report, warnings} = await api.answer({
      selector: given.text('selector'),
      filter: given.text('filter'),
      state: given.text('state'),
      limit: given.number('limit') ?? USUAL,
    });
    const options = {
      detail: 'table',
      fields: undefined,
      contextName,
      times: timesAt(report.store.now),
    } as const;
    return {json: wrap('status', report, warnings), text: statusTable(report, options, TEXT_STYLE)};
  },
});

export const explainTool = ({feed, wrap, contextName}: LookingParts): Tool => ({
  name: 'explain',
  title: 'Explain a key',
  description:
    'The arithmetic behind one key: its stored state, what the next request gets, why, and when it lifts. Or, with attributes, which limits a request meets and which one denies it.',
  effect: 'looks',
  fields: {
    key: {kind: 'text', about: 'LIMIT/KEY; or a key without "/", of whatever limit.'},
    attributes: {
      kind: 'texts',
      about: 'A request instead of a key, such as {"ip": "203.0.113.7", "path": "/api"}.',
    },
    tier: {kind: 'text', about: 'Only this tier.'},
    cost: {
      kind: 'number',
      from: 0,
      to: 1_000_000_000,
      about: 'What the next request weighs; 1 without it, 0 peeks.',
    },
  },
  async run(given) {
    const query = {subject: subjectOf(given), cost: given.number('cost') ?? 1, tier: given.text('tier')};
    const {explanation, warnings} = await feed.explain(query);
    const times = timesAt(explanation.store.now);
    return {
      json: wrap('explain', explanation, warnings),
      text: explainText(explanation, contextName, times, TEXT_STYLE),
    };
  },
});

const subjectOf = (given: Arguments): ExplainSubject => {
  const key = given.text('key');
  const attributes = given.texts('attributes');
  if ((key === undefined) === (attributes === undefined))
    throw new RatectlError('expected either key or attributes', {
      code: 'usage/argument',
      hint: 'key names a key: LIMIT/KEY; attributes a request: {"ip": "203.0.113.7"}',
    });
  if (attributes !== undefined) return {kind: 'request', attributes};
  if (!key!.includes('/')) return {kind: 'key', key: key!.toWellFormed()};
  const selector = parseSelector(key!, {kind: 'exact'});
  if (selector.kind !== 'exact') throw new Error('unreachable: exact was asked for');
  return selector;
};
