import {safeText} from '../../base/safe-text.ts';
import {formatPlural} from '../format-number.ts';
import type {SimulateReport, ThresholdResult} from '../model/simulate-report.ts';
import {formatActual} from './actual.ts';
import {conditionText} from './condition.ts';

/** GitHub shows ten of a step and drops the rest silently. */
const MOST = 10;

const message = (text: string): string =>
  safeText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const error = (place: string, title: string, text: string): string =>
  `::error ${place}title=${property(title)}::${message(text)}\n`;

const annotation = ({expr, actual, source}: ThresholdResult): string => {
  const [, file, line] = /^(.+):(\d+)$/s.exec(source) ?? [];
  const place = file === undefined ? '' : `file=${property(file)},line=${line},`;
  return error(
    place,
    'ratectl: threshold failed',
    `${conditionText({expr, source})}: actual ${formatActual(expr, actual)} (${source})`,
  );
};

/** Workflow commands that mark thresholds that failed, at the line of the policy: one for each, at most ten; none when all hold. */
export const githubAnnotations = ({thresholds}: SimulateReport): string => {
  const failed = thresholds.filter((threshold) => !threshold.pass);
  if (failed.length <= MOST) return failed.map(annotation).join('');
  const rest = failed.length - MOST + 1;
  return (
    failed
      .slice(0, MOST - 1)
      .map(annotation)
      .join('') + error('', 'ratectl: thresholds failed', `${formatPlural(rest, 'more threshold')} failed`)
  );
};
