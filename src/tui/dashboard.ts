import {isRatectlError} from '../base/ratectl-error.ts';
import type {Loader} from './data/loader.ts';
import {RowHistory} from './data/row-history.ts';
import type {Operations} from './operations.ts';
import type {Action} from './state/actions.ts';
import type {DashboardState} from './state/dashboard-state.ts';
import type {Dialog} from './state/dialog-state.ts';
import {type Effect, effectsOf} from './state/effects.ts';
import type {ChooseEnvironment} from './state/rechosen.ts';
import {reduce} from './state/reduce.ts';
import type {SuspendTerminal} from './suspend-terminal.ts';

/** What happens outside of the state. */
export interface DashboardWorld {
  readonly environment: ChooseEnvironment;
  readonly operations: Operations;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly loader: Pick<
    Loader,
    'refresh' | 'pause' | 'resume' | 'every' | 'ask' | 'explain' | 'switchTo' | 'stop'
  >;
  /** Terminal commands that no frame holds. */
  readonly terminal: {
    copy(text: string): void;
    mouse(to: 'on' | 'off'): void;
    redraw(): void;
    suspend(hand: SuspendTerminal): Promise<void>;
  };
  readonly quit: () => void;
}

/** At most ten frames a second. */
const FRAME_MS = 100;

/** Holds the state, does what its changes ask for, and says when there is a new frame to draw. */
export class Dashboard {
  readonly #world: DashboardWorld;
  #state: DashboardState;
  #frame: DashboardState;
  #history = new RowHistory();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #suspend: SuspendTerminal | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(initial: DashboardState, world: DashboardWorld) {
    this.#state = initial;
    this.#frame = initial;
    this.#world = world;
  }

  get history(): RowHistory {
    return this.#history;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The state that is drawn. */
  readonly frame = (): DashboardState => this.#frame;

  /** How the terminal is handed to the shell while the dashboard is stopped. */
  setSuspend(suspend: SuspendTerminal): void {
    this.#suspend = suspend;
  }

  dispatch(action: Action): void {
    const before = this.#state;
    if (action.kind === 'looked') this.#history.record(action.look.report.keys);
    this.#state = reduce(before, action, this.#world.environment);
    if (this.#state === before) return;
    for (const effect of effectsOf(before, this.#state)) this.#do(effect);
    this.#draw();
  }

  /** No frame is drawn from now on. */
  end(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #draw(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#drawnAt + FRAME_MS - this.#world.now();
    if (wait <= 0 || wait > FRAME_MS) {
      this.#emit();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#emit();
    }, wait);
  }

  #emit(): void {
    this.#drawnAt = this.#world.now();
    this.#frame = this.#state;
    for (const listener of this.#listeners) listener();
  }

  #do(effect: Effect): void {
    const {loader, terminal, quit} = this.#world;
    switch (effect.kind) {
      case 'refresh':
      case 'pause':
      case 'resume':
        loader[effect.kind]();
        break;
      case 'pace':
        loader.every(effect.ms);
        break;
      case 'order':
        loader.ask(effect);
        break;
      case 'explain':
        loader.explain(effect.key);
        break;
      case 'switch':
        this.#history = new RowHistory();
        loader.switchTo(effect.context);
        break;
      case 'copy':
        terminal.copy(effect.text);
        break;
      case 'mouse':
        terminal.mouse(effect.to);
        break;
      case 'redraw':
        terminal.redraw();
        break;
      case 'suspend':
        if (this.#suspend !== undefined) void terminal.suspend(this.#suspend);
        break;
      case 'plan':
        void this.#plan(effect.dialog);
        break;
      case 'change':
        void this.#change(effect.dialog);
        break;
      case 'quit':
        quit();
        break;
    }
  }

  async #plan(dialog: Dialog): Promise<void> {
    const {operations} = this.#world;
    const {keys, what, why, action} = dialog;
    await this.#answer(dialog, async () => {
      const plan =
        action === 'reset'
          ? await operations.planReset(keys, this.#place)
          : await operations.planOverride(keys[0]!, what, why, this.#place);
      return {kind: 'planned', dialog: dialog.number, plan};
    });
  }

  async #change(dialog: Dialog): Promise<void> {
    const {operations} = this.#world;
    const {keys, what, action} = dialog;
    await this.#answer(dialog, async () => {
      const lines =
        action === 'reset'
          ? await operations.reset(keys, dialog, this.#place)
          : await operations.override(keys[0]!, what, dialog, this.#place);
      return {kind: 'changed', dialog: dialog.number, lines};
    });
  }

  async #answer({number}: Dialog, run: () => Promise<Action>): Promise<void> {
    try {
      this.dispatch(await run());
    } catch (error) {
      const lines = isRatectlError(error)
        ? [error.message, ...(error.hint === undefined ? [] : [error.hint])]
        : [error instanceof Error ? error.message : String(error)];
      this.dispatch({kind: 'refused', dialog: number, lines});
    }
  }

  get #place() {
    return {context: this.#state.context, width: this.#state.columns};
  }
}
