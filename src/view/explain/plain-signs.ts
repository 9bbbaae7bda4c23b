import type {Style} from '../style.ts';

const PLAIN: Readonly<Record<string, string>> = {
  '−': '-',
  '×': '*',
  '÷': '/',
  '≤': '<=',
  '≥': '>=',
  τ: 'tau',
};

/** Arithmetic in the characters that the style has. */
export const plainSigns = (text: string, {ascii}: Pick<Style, 'ascii'>): string =>
  ascii ? text.replace(/[−×÷≤≥τ]/g, (sign) => PLAIN[sign]!) : text;
