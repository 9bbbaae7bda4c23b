import type {StatusSort} from '../../operate/status/status-order.ts';
import type {KeyExplanation} from '../../view/model/key-explanation.ts';
import type {StatusKey} from '../../view/model/status-report.ts';
import type {TimeFormat} from '../../view/when.ts';
import type {ExplainedKey} from '../data/loader.ts';
import type {Look} from '../data/look.ts';
import type {Dialog} from './dialog-state.ts';
import type {PaneName} from './panes.ts';

/** All that the dashboard knows. Nothing but the reducer makes a new one. */
export interface DashboardState {
  readonly look: Look | undefined;
  /** Since when the store cannot be reached, ms since the epoch, and why. */
  readonly lost: {readonly since: number; readonly reason: string} | undefined;
  /** This machine's clock, ms since the epoch: for ages. */
  readonly now: number;
  readonly columns: number;
  readonly lines: number;

  /** Keys that match the filter, in order. */
  readonly rows: readonly StatusKey[];
  /** A regular expression over LIMIT/KEY; `!` before it inverts. */
  readonly filter: string;
  /** Why the filter that was typed is not used. */
  readonly filterProblem: string | undefined;
  readonly sort: StatusSort;
  readonly direction: 'forward' | 'reverse';
  readonly timeFormat: TimeFormat;
  readonly interval: number;
  readonly paused: boolean;
  readonly mouse: 'on' | 'off';

  /** What is in the middle. */
  readonly pane: PaneName;
  /** The chosen row, by what it is: it stays chosen when the order changes. Undefined: the first, whichever that is. */
  readonly chosen: string | undefined;
  /** Its place in `rows`. */
  readonly cursor: number;
  /** First row that is seen. */
  readonly top: number;
  /** First line that is seen of another pane, of the detail or the help. */
  readonly scroll: number;
  /** Rows by `rowId`, with what they are. */
  readonly marked: ReadonlyMap<string, ExplainedKey>;

  readonly overlay: Overlay | undefined;
  /** A line at the bottom, until the next key. */
  readonly message: {readonly text: string; readonly role: 'good' | 'bad' | undefined} | undefined;
  /** Contexts that the configuration has, by name. */
  readonly contexts: readonly ContextChoice[];
  /** The one chosen here; undefined: that of the command line. */
  readonly context: string | undefined;
  /** Counted up: what is to be done once. */
  readonly requests: {readonly refresh: number; readonly redraw: number; readonly suspend: number};
  /** Dialogs that were opened. */
  readonly dialogs: number;
  readonly copied: {readonly number: number; readonly text: string};
  readonly quit: boolean;
}

/** What lies over the panes. */
export type Overlay =
  | {readonly kind: 'help'}
  /** `before`: the filter that Esc brings back. */
  | {readonly kind: 'filter'; readonly text: string; readonly before: string}
  | {
      readonly kind: 'detail';
      readonly key: ExplainedKey;
      readonly tier: string | undefined;
      readonly answer: KeyExplanation | {readonly problem: string} | undefined;
    }
  | {readonly kind: 'contexts'; readonly cursor: number}
  | {readonly kind: 'dialog'; readonly dialog: Dialog};

export interface ContextChoice {
  readonly name: string;
  /** Without any secret. */
  readonly store: string;
  readonly access: string;
}
