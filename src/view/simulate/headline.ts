import type {Role} from '../colour.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {SimulateReport} from '../model/simulate-report.ts';
import {noLimitApplied} from './no-limit-applied.ts';
import {rehearsalStatement} from './rehearsal-rows.ts';

export interface Headline {
  /**
   * `FAIL` and `PASS` only where there are thresholds: without them nobody said what is good. `WARN` where there was nothing
   * to hold them against: a trace without requests, or one to which no limit applied.
   */
  readonly verdict: {readonly text: 'PASS' | 'WARN' | 'FAIL'; readonly role: Role} | undefined;
  readonly statements: readonly string[];
}

const ofThresholds = ({thresholds}: SimulateReport): Headline => {
  const failed = thresholds.filter((threshold) => !threshold.pass).length;
  if (thresholds.length === 0) return {verdict: undefined, statements: []};
  if (failed > 0) {
    const statement = `${formatCount(failed)} of ${formatPlural(thresholds.length, 'threshold')} failed`;
    return {verdict: {text: 'FAIL', role: 'bad'}, statements: [statement]};
  }
  const statement =
    thresholds.length === 1 ? 'the threshold holds' : `all ${formatCount(thresholds.length)} thresholds hold`;
  return {verdict: {text: 'PASS', role: 'good'}, statements: [statement]};
};

/** A shard may have none of the requests of a trace that has some. */
const nothingToDecide = ({trace, shard}: SimulateReport): string =>
  shard !== undefined && trace.start !== null
    ? 'no requests in this shard'
    : 'no requests in the trace: nothing was decided';

const deniedStatement = ({trace: {requests}, totals: {denied, deniedRate}}: SimulateReport): string =>
  denied === 0
    ? `none of ${formatPlural(requests, 'request')} denied`
    : `${formatCount(denied)} of ${formatPlural(requests, 'request')} denied (${formatShare(deniedRate)})`;

/** The answer in one line: the verdict, and how many requests are denied. */
export const headline = (report: SimulateReport): Headline => {
  const {verdict, statements} = ofThresholds(report);
  const {requests, start} = report.trace;
  const rehearsed = report.rehearsal === undefined ? [] : [rehearsalStatement(report.rehearsal)];
  const untested = requests === 0 ? nothingToDecide(report) : noLimitApplied(report);
  if (untested === undefined)
    return {verdict, statements: [...statements, ...rehearsed, deniedStatement(report)]};
  const found = requests === 0 ? [untested] : [...rehearsed, untested];
  if (verdict?.text === 'FAIL') return {verdict, statements: [...statements, ...found]};
  // What a shard lacks may be in another one.
  const isWhole = requests === 0 ? start === null : report.shard === undefined;
  return {verdict: isWhole ? {text: 'WARN', role: 'warn'} : undefined, statements: found};
};
