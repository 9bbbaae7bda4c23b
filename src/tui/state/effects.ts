import type {StatusSort} from '../../operate/status/status-order.ts';
import type {ExplainedKey} from '../data/loader.ts';
import type {DashboardState} from './dashboard-state.ts';
import type {Dialog} from './dialog-state.ts';

/** What has to be done in the world after a step of the dashboard. */
export type Effect =
  | {readonly kind: 'refresh' | 'redraw' | 'suspend' | 'pause' | 'resume' | 'quit'}
  | {readonly kind: 'pace'; readonly ms: number}
  | {readonly kind: 'order'; readonly sort: StatusSort; readonly direction: 'forward' | 'reverse'}
  | {readonly kind: 'explain'; readonly key: ExplainedKey | undefined}
  | {readonly kind: 'copy'; readonly text: string}
  | {readonly kind: 'mouse'; readonly to: 'on' | 'off'}
  | {readonly kind: 'switch'; readonly context: string}
  | {readonly kind: 'plan' | 'change'; readonly dialog: Dialog};

/** What the difference between two states asks for. Pure. */
export const effectsOf = (before: DashboardState, after: DashboardState): readonly Effect[] => {
  const effects: Effect[] = [];
  for (const name of ['redraw', 'suspend', 'refresh'] as const)
    if (after.requests[name] !== before.requests[name]) effects.push({kind: name});
  if (after.paused !== before.paused) effects.push({kind: after.paused ? 'pause' : 'resume'});
  if (after.interval !== before.interval) effects.push({kind: 'pace', ms: after.interval});
  if (after.sort !== before.sort || after.direction !== before.direction)
    effects.push({kind: 'order', sort: after.sort, direction: after.direction});
  if (after.mouse !== before.mouse) effects.push({kind: 'mouse', to: after.mouse});
  if (after.copied.number !== before.copied.number) effects.push({kind: 'copy', text: after.copied.text});
  if (after.context !== before.context && after.context !== undefined)
    effects.push({kind: 'switch', context: after.context});
  const [was, is] = [detailOf(before), detailOf(after)];
  if (was?.limit !== is?.limit || was?.key !== is?.key) effects.push({kind: 'explain', key: is});
  const dialog = dialogOf(after);
  if (dialog !== undefined && dialog.step !== dialogOf(before)?.step) {
    if (dialog.step === 'planning') effects.push({kind: 'plan', dialog});
    if (dialog.step === 'working') effects.push({kind: 'change', dialog});
  }
  if (after.quit && !before.quit) effects.push({kind: 'quit'});
  return effects;
};

const detailOf = ({overlay}: DashboardState): ExplainedKey | undefined =>
  overlay?.kind === 'detail' ? overlay.key : undefined;

const dialogOf = ({overlay}: DashboardState): Dialog | undefined =>
  overlay?.kind === 'dialog' ? overlay.dialog : undefined;
