/** docs/benchmarks.md. */

import {GOALS} from './goal-list.ts';
import {aimOf, type Judged, judge} from './goals.ts';
import type {Measured, Row} from './measured.ts';
import {median, ratioOf, ratioText, rounded, short} from './statistics.ts';

/** One call of the script. */
export interface Run {
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly began: string;
  readonly minutes: number;
  readonly rounds: number;
  readonly ms: number;
  /** Programs that wanted a core before each part, averaged over a minute. */
  readonly loads: Readonly<Record<string, number>>;
}

export interface Session {
  /** Of which tables are left, the latest last. */
  readonly runs: readonly Run[];
  readonly machine: readonly string[];
  readonly tables: readonly Measured[];
}

const WIDTH = 100;

export const page = (session: Session): string => {
  const {tables, runs, machine} = session;
  const {rounds, ms} = runs.at(-1)!;
  const goals = GOALS.flatMap((goal) => judge(goal, tables) ?? []);
  return [
    '# Benchmarks',
    '',
    paragraph(
      'Written by the command below, which measures ratectl and others in turns on one machine. Absolute figures are those of the machine; what travels is the ratio.',
    ),
    '',
    '```sh',
    ...runs.map(({command}) => command),
    '```',
    '',
    ...runs.map((run) => item(runText(run))),
    ...machine.map((line) => item(line)),
    '- All servers and clients on this machine, over loopback.',
    item(
      `${rounds} rounds, ${ms} ms each after a quarter of that for warming up. In each round everybody has a turn, every second one in the opposite order. Each contender is a process of its own.`,
    ),
    item(
      `“ours ÷ it” is the quotient of two figures of the same round: its median, and in brackets the least and the most. “±” is half the distance between the best and the worst round. Wide brackets mean that the machine was noisy: ${noiseText(tables)}`,
    ),
    '',
    '## Goals',
    '',
    ...summary(goals),
    '',
    ...goals.flatMap((judged) => goalLines(judged, tables)),
    '',
    '## Figures',
    '',
    ...tables.flatMap(tableLines),
  ].join('\n');
};

/** What else ran shows in the load, the mean of the last minute; what is measured is part of it. */
const runText = ({command, began, minutes, loads}: Run): string => {
  const before = Object.entries(loads).map(([part, load]) => `${part} ${load.toFixed(1)}`);
  return `\`${command}\`: ${began.slice(0, 16).replace('T', ' ')} UTC, ${minutes} minutes; load before ${before.join(', ')}`;
};

const noiseText = (tables: readonly Measured[]): string => {
  const spreads = tables.flatMap(({rows}) => rows.filter(({values}) => values.length > 1).map(spreadOf));
  const wide = spreads.filter((spread) => spread > 0.25).length;
  return `half of all rows are within ±${percent(median(spreads))}, ${wide} of ${spreads.length} are wider than ±25 %.`;
};

const summary = (goals: readonly Judged[]): string[] => {
  const count = (wanted: string): number => goals.filter(({verdict}) => verdict === wanted).length;
  return [
    paragraph(
      `${count('met')} of ${goals.length} are met, ${count('within the noise')} in some rounds and not in the median, ${count('missed')} missed. Reasons follow where the median misses.`,
    ),
  ];
};

const goalLines = ({goal, measured, verdict}: Judged, tables: readonly Measured[]): string[] => {
  const {unit} = tables.find(({id}) => id === goal.table)!;
  const line = `**${goal.title}**: ${aimOf(goal, unit)}. Measured ${measured}: **${verdict}**.`;
  return [item(verdict === 'met' ? line : `${line} ${goal.reason}`)];
};

const tableLines = ({title, unit, rows}: Measured): string[] => {
  const [ours] = rows;
  const isCompared = rows.length > 1;
  const head = isCompared ? `| | ${unit} | ± | ours ÷ it |` : `| | ${unit} |`;
  return [
    `### ${title}`,
    '',
    head,
    isCompared ? '|---|--:|--:|--:|' : '|---|--:|',
    ...rows.map((row) => {
      const figure = unit === 'per second' ? short(median(row.values)) : rounded(median(row.values));
      if (!isCompared) return `| ${row.name} | ${figure} |`;
      const spread = row.values.length > 1 ? percent(spreadOf(row)) : 'one run';
      return `| ${row.name} | ${figure} | ${spread} | ${row === ours ? '' : quotient(ours!, row)} |`;
    }),
    '',
    ...processorLine(rows),
  ];
};

const quotient = (ours: Row, {values}: Row): string =>
  values.length === ours.values.length
    ? ratioText(ratioOf(ours.values, values))
    : rounded(median(ours.values) / median(values));

const processorLine = (rows: readonly Row[]): string[] => {
  const told = rows.flatMap(({name, cpu}) => (cpu === undefined ? [] : [`${name} ${rounded(median(cpu))}`]));
  return told.length === 0
    ? []
    : [paragraph(`Processor time of the client for each, µs: ${told.join(' · ')}.`), ''];
};

const spreadOf = ({values}: Row): number => (Math.max(...values) - Math.min(...values)) / 2 / median(values);

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const item = (text: string): string => `- ${paragraph(text).replaceAll('\n', '\n  ')}`;

/** Lines of at most `WIDTH` characters. */
const paragraph = (text: string): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
};
