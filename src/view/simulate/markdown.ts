import type {SimulateReport} from '../model/simulate-report.ts';
import type {Detail} from './detail.ts';
import {markdownSections} from './markdown-sections.ts';

/** The report as GitHub's Markdown. */
export const simulateMarkdown = (report: SimulateReport, detail: Detail = 'table'): string =>
  markdownSections(report, detail).join('\n');
