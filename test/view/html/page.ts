import type {HtmlOptions} from '../../../src/view/html/report.ts';

export const PAGE: HtmlOptions = {
  generatedAt: '2026-11-21T12:00:00.000Z',
  contextName: 'production',
  version: '0.1.0',
  warnings: [],
};
