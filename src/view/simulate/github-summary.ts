import type {SimulateReport} from '../model/simulate-report.ts';
import {markdownSections} from './markdown-sections.ts';

/** GitHub drops a summary above 1 MiB altogether, and all commands of a step share that. */
const MOST_BYTES = 256 * 1_024;

const sizeOf = (text: string): number => new TextEncoder().encode(text).length;

const cutToLines = (text: string, bytes: number): string => {
  let used = 0;
  const kept: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    used += sizeOf(line);
    if (used > bytes) break;
    kept.push(line);
  }
  return kept.join('');
};

/** The report for `GITHUB_STEP_SUMMARY`: Markdown, cut at a line when there is too much of it. Begins and ends with a line break, as the file may hold more. */
export const githubSummary = (report: SimulateReport): string => {
  const text = `\n${markdownSections(report, 'table').join('\n')}\n`;
  if (sizeOf(text) <= MOST_BYTES) return text;
  return `${cutToLines(text, MOST_BYTES)}\n_Cut here: the whole report is longer than a summary can be._\n\n`;
};
