import type {KeyExplanation} from '../../view/model/key-explanation.ts';
import type {ExplainedKey} from '../data/loader.ts';
import type {Look} from '../data/look.ts';
import type {ChangePlan} from './dialog-state.ts';

/** Everything that can happen to the dashboard. */
export type Action =
  | {readonly kind: 'looked'; readonly look: Look}
  | {readonly kind: 'lost'; readonly reason: string; readonly now: number}
  | {
      readonly kind: 'explained';
      readonly key: ExplainedKey;
      readonly answer: KeyExplanation | {readonly problem: string};
    }
  | {readonly kind: 'key'; readonly name: string}
  /** Pasted: text for a prompt, and nothing else. */
  | {readonly kind: 'pasted'; readonly text: string}
  /** A click on a line of the screen, counted from 0. */
  | {readonly kind: 'clicked'; readonly line: number}
  /** A text was drawn that can be scrolled by so many lines at most. */
  | {readonly kind: 'measured'; readonly most: number}
  | {readonly kind: 'resized'; readonly columns: number; readonly lines: number}
  | {readonly kind: 'ticked'; readonly now: number}
  /** Of the dialog with that number; another one may be there by now. */
  | {readonly kind: 'planned'; readonly dialog: number; readonly plan: ChangePlan}
  | {readonly kind: 'changed'; readonly dialog: number; readonly lines: readonly string[]}
  | {readonly kind: 'refused'; readonly dialog: number; readonly lines: readonly string[]};
