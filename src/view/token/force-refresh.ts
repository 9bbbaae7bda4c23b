import {formatDuration} from '../../base/duration.ts';
import {spanText} from '../../base/span-text.ts';
import {type Fact, facts} from '../facts.ts';
import {formatPlural} from '../format-number.ts';
import type {ForceRefreshReport, ForceRefreshResult, RefreshState} from '../model/force-refresh.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {type Column, table} from '../table.ts';
import {nextStep, outcomeName, outcomeText} from './outcome-words.ts';
import {changeText, clockText, expiryText, inText} from './token-words.ts';

/** What a forced refresh came to, or would: for people. `told` makes of a text with commands what is shown of it. */
export const forceRefreshText = (
  report: ForceRefreshReport,
  style: Style,
  told: (text: string) => string = String,
): string => {
  const {results, totals} = report;
  const [only] = results;
  const lines =
    only !== undefined && totals.providers === 1 ? oneProvider(report, only, style) : several(report, style);
  lines.push(...stepLines(results, report, style, told));
  return `${lines.join('\n')}\n`;
};

const oneProvider = (report: ForceRefreshReport, result: ForceRefreshResult, style: Style): string[] => {
  const {before, after, state, outcome} = result;
  const list: readonly Fact[] = [
    {
      label: 'provider',
      value: [
        nameText(result.provider),
        outcomeText(result),
        ...(report.dryRun ? ['dry run: nothing was changed'] : []),
        ...(report.emergency ? [{text: 'emergency', role: 'warn' as const}] : []),
      ],
    },
    {label: 'error', value: errorPieces(result)},
    {
      label: 'token',
      value:
        after === null
          ? 'none'
          : [
              `generation ${changeText(before?.generation ?? null, after.generation, style)}`,
              expiryText(after),
            ],
    },
    {label: 'access', value: printsOf(before?.accessFingerprint, after?.accessFingerprint, style)},
    {label: 'refresh', value: printsOf(before?.refreshFingerprint, after?.refreshFingerprint, style)},
    {label: 'by', value: result.by ?? []},
    ...(state === null ? [] : stateFacts(state, outcome !== 'wait' && !needsPerson(result))),
    {label: 'why', value: report.why},
    {label: 'store', value: report.store},
  ];
  return [...facts(list, style)];
};

const printsOf = (
  before: string | null | undefined,
  after: string | null | undefined,
  style: Style,
): string | readonly string[] =>
  (before ?? after ?? null) === null ? [] : changeText(before ?? null, after ?? null, style);

const stateFacts = (state: RefreshState, tellsNext: boolean): readonly Fact[] => {
  const {lock, budget, breaker, nextAllowedInMs, nextAllowedAt, failures} = state;
  return [
    {
      label: 'lock',
      value: lock.held
        ? [`held by ${lock.by}`, `until it ends, at most ${spanText(lock.remainingMs ?? 0)}`]
        : 'free',
    },
    {
      label: 'budget',
      value: budget.map(
        ({count, perMs, used, left}) =>
          `${used} of ${count} in ${formatDuration(perMs * 1_000)} used, ${left} left`,
      ),
    },
    {
      label: 'breaker',
      value: [
        breaker.state === 'closed' ? 'closed' : {text: breaker.state, role: 'warn' as const},
        ...(breaker.openUntil === null ? [] : [`until ${clockText(breaker.openUntil, nextAllowedAt)}`]),
      ],
    },
    {
      label: 'failures',
      value: failures === 0 ? [] : [{text: `${failures} in a row`, role: 'warn' as const}],
    },
    {
      label: 'next',
      value: tellsNext
        ? nextAllowedInMs <= 0
          ? 'allowed now'
          : [`allowed ${inText(nextAllowedInMs)}`, clockText(nextAllowedAt, nextAllowedAt)]
        : [],
    },
  ];
};

/** No wait helps: when the budget would allow an attempt is of no use then. */
const needsPerson = ({outcome}: ForceRefreshResult): boolean =>
  outcome === 'reauthorise' || outcome === 'no-token';

const COLUMNS: readonly Column[] = [
  {title: 'provider', min: 8, cut: 'middle'},
  {title: 'outcome', min: 13},
  {title: 'token', drop: 3},
  {title: 'expiry', drop: 2},
  {title: 'next allowed', drop: 1},
];

const several = (report: ForceRefreshReport, style: Style): string[] => {
  const {results, totals, dryRun, store, why} = report;
  const head: readonly Fact[] = [
    {
      label: 'providers',
      value: [
        {text: `${totals.done} of ${totals.providers} ${dryRun ? 'would be done' : 'done'}`, role: 'strong'},
        ...(totals.failed > 0 ? [{text: `${totals.failed} not done`, role: 'bad' as const}] : []),
        ...(totals.skipped > 0
          ? [
              {
                text: `${formatPlural(totals.skipped, 'provider')} not begun: interrupted`,
                role: 'warn' as const,
              },
            ]
          : []),
        ...(dryRun ? ['dry run: nothing was changed'] : []),
      ],
    },
    {label: 'why', value: why},
    {label: 'store', value: store},
  ];
  const rows = results.map((result) => ({
    cells: [
      nameText(result.provider),
      outcomeName(result),
      changeText(result.before?.generation ?? null, result.after?.generation ?? null, style),
      result.after === null ? '' : expiryText(result.after),
      result.state === null || needsPerson(result) ? '' : inText(result.state.nextAllowedInMs),
    ],
    note: detailOf(result),
  }));
  return [...facts(head, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])];
};

const errorPieces = ({error, detail}: ForceRefreshResult): readonly string[] =>
  [error, detail].filter((one) => one !== null);

/** Under a provider of several: why it was not done. */
const detailOf = (result: ForceRefreshResult): string | undefined => {
  const {outcome} = result;
  if (outcome === 'refreshed' || outcome === 'would-refresh' || outcome === 'fresh') return undefined;
  return [outcomeText(result).text, ...errorPieces(result)].join('; ');
};

const stepLines = (
  results: readonly ForceRefreshResult[],
  {emergency}: ForceRefreshReport,
  style: Style,
  told: (text: string) => string,
): readonly string[] => {
  const steps = results.flatMap((result) => {
    const step = told(nextStep(result, emergency));
    return step === '' ? [] : [results.length === 1 ? step : `${nameText(result.provider)}: ${step}`];
  });
  return steps.length === 0 ? [] : ['', ...steps.flatMap((step) => remark([step], style))];
};
