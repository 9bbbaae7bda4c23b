import type {StatusState} from '../../view/model/status-report.ts';
import type {Style} from '../../view/style.ts';

const SIGNS: Readonly<Record<StatusState, readonly [unicode: string, ascii: string]>> = {
  blocked: ['×', 'X'],
  limited: ['■', '#'],
  'shadow-limited': ['□', '='],
  near: ['▲', '^'],
  unknown: ['?', '?'],
  ok: ['·', '.'],
  exempt: ['○', 'o'],
};

/** A shape of its own for every state: nobody has to tell colours apart. */
export const stateSign = (state: StatusState, {ascii}: Pick<Style, 'ascii'>): string =>
  SIGNS[state][ascii ? 1 : 0];

/** The word of a row: the header has it in full. */
export const stateWord = (state: StatusState): string => (state === 'shadow-limited' ? 'shadow' : state);
