import type {Look} from './look.ts';

/** Something that somebody should know. Texts may come from outside. */
export interface Notice {
  readonly text: string;
  /** What helps; empty where nothing is to be done. */
  readonly next: string;
  readonly role: 'bad' | 'warn';
}

/** What needs somebody, the most urgent first; then what is to be known of the store and of what was found in it. */
export const noticesOf = ({report, warnings}: Pick<Look, 'report' | 'warnings'>): readonly Notice[] => [
  ...report.alerts.map(({text, next}) => ({text, next, role: 'bad' as const})),
  ...[...report.store.remarks, ...warnings].map((text) => ({text, next: '', role: 'warn' as const})),
];
