import type {Style} from './style.ts';

/** Signs that views put between texts, and what stands for them in ASCII. */
export interface Signs {
  readonly ellipsis: string;
  readonly dot: string;
  readonly arrow: string;
  readonly none: string;
  readonly axis: string;
  readonly corner: string;
  readonly line: string;
}

const UNICODE: Signs = {ellipsis: '…', dot: '·', arrow: '→', none: '–', axis: '│', corner: '└', line: '─'};
const ASCII: Signs = {ellipsis: '...', dot: '|', arrow: '->', none: '-', axis: '|', corner: '+', line: '-'};

export const signs = (style: Pick<Style, 'ascii'>): Signs => (style.ascii ? ASCII : UNICODE);
