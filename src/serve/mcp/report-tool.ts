import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {readReport} from '../../operate/report/read-report.ts';
import {factsOf} from '../../simulate/algorithm-facts.ts';
import type {Store} from '../../store/port.ts';
import {reportTable} from '../../view/report/table.ts';
import type {Wrap} from '../status-api.ts';
import type {StatusFeed} from '../status-feed.ts';
import {TEXT_STYLE, type Tool} from './tool.ts';

export interface ReportParts {
  readonly feed: StatusFeed;
  readonly store: Store;
  readonly wrap: Wrap;
}

const USUAL_KEYS = 20;
/** Rows that utilisation is taken from: those of the index, which are read at once. */
const MOST_ROWS = 10_000;

/** What happened over a range of time. One at a time: it reads weeks of sums. */
export const reportTool = ({feed, store, wrap}: ReportParts): Tool => {
  let running = false;
  return {
    name: 'report',
    title: 'Report over a range of time',
    description:
      'Sums up days: who was refused, by which limit, when; tokens, breakers, queues; changes by operators; a forecast and what to change. Changes nothing.',
    effect: 'looks',
    fields: {
      since: {kind: 'text', about: 'How far back, such as 24h, 7d or 30d; 7d without it.'},
      compare: {kind: 'flag', about: 'Also the range of the same length before.'},
      limit: {
        kind: 'number',
        from: 1,
        to: 500,
        about: `Refused keys that are named; ${USUAL_KEYS} without it.`,
      },
    },
    async run(given) {
      if (running)
        throw new RatectlError('another report is under way', {
          code: 'serve/busy',
          hint: 'ask again when it is over',
        });
      running = true;
      try {
        const span = spanOf(given.text('since') ?? '7d');
        const {source, warnings} = await feed.source();
        const answer = await readReport(
          {...source, store, solvable: (spec) => Object.keys(factsOf(spec).numbers)[0]},
          {
            selector: undefined,
            filter: undefined,
            rangeAt: (now) => ({from: now - span, until: now}),
            timeZone: 'UTC',
            compare: given.flag('compare'),
            keys: given.number('limit') ?? USUAL_KEYS,
            maxKeys: MOST_ROWS,
          },
        );
        return {
          json: wrap('report', answer.report, [...warnings, ...answer.warnings]),
          text: reportTable(answer.report, TEXT_STYLE),
        };
      } finally {
        running = false;
      }
    },
  };
};

const LONGEST = 35 * 86_400_000_000;

const spanOf = (text: string): number => {
  const span = parseDuration(text);
  if (span !== undefined && span >= 60_000_000 && span <= LONGEST) return span;
  throw new RatectlError(`argument since: expected a duration from 1m to 35d, got ${quoted(text)}`, {
    code: 'usage/argument',
    hint: 'for example 24h or 7d',
  });
};
