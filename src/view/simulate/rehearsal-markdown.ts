import {formatDuration} from '../../base/duration.ts';
import {formatPlural} from '../format-number.ts';
import {mdCode, mdTable, mdText} from '../markdown.ts';
import type {RehearsalReport} from '../model/rehearsal-report.ts';
import {spark} from '../spark.ts';
import type {Detail} from './detail.ts';
import {changedThing} from './rehearsal-change-lines.ts';
import {rehearsalPlot} from './rehearsal-plot.ts';
import {serverFacts, sideRows, sidesOf} from './rehearsal-rows.ts';

const SHOWN = 10;
const SPARK_WIDTH = 60;

const overTime = (report: RehearsalReport): string => {
  if (report.series.buckets.length < 2) return '';
  const {curves, stepMs} = rehearsalPlot(report, SPARK_WIDTH);
  const columns = [
    {title: ''},
    {title: `Peak per ${formatDuration(stepMs * 1_000)}`, align: 'right'},
    {title: 'Over time'},
  ] as const;
  const rows = curves.map(({label, extreme, values}) => [
    mdText(label),
    mdText(extreme),
    // A no-break space stays where a space at the edge of code would be dropped.
    `\`${spark(values, 1, {ascii: false})[0]!.replaceAll(' ', '\u00a0')}\``,
  ]);
  return `\n${mdTable(columns, rows)}`;
};

const changes = ({transitions: {first, count}}: RehearsalReport, detail: Detail): string => {
  if (count === 0) return '';
  const shown = detail === 'wide' ? first : first.slice(0, SHOWN);
  const rows = shown.map((change) => [
    change.t,
    mdCode(changedThing(change)),
    mdText(`${change.from} → ${change.to}`),
    mdText(change.why),
  ]);
  const more = count > shown.length ? `\n${formatPlural(count - shown.length, 'more change')}\n` : '';
  return `\n${mdTable([{title: 'At'}, {title: 'What'}, {title: 'Change'}, {title: 'Why'}], rows)}${more}`;
};

/** A rehearsal as Markdown: both sides, what they looked like over time, what changed. */
export const rehearsalMarkdown = (report: RehearsalReport | undefined, detail: Detail): string => {
  if (report === undefined) return '';
  const {side, other, names} = sidesOf(report);
  const title = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
  const columns = [{title: ''}, ...names.map((name) => ({title: title(name), align: 'right'}) as const)];
  const rows = sideRows([side, other]).map(({label, of}) => [
    label,
    ...[side, other].map((one) => mdText(of(one) || '–')),
  ]);
  return `### Rehearsal\n\n${mdText(serverFacts(report.server).join('; '))}\n\n${mdTable(columns, rows)}${overTime(report)}${changes(report, detail)}`;
};
