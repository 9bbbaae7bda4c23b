import type {DashboardState, Overlay} from './dashboard-state.ts';

/** A key while a context is chosen. Another context has another store: nothing seen before stays. */
export const reduceContexts = (
  state: DashboardState,
  overlay: Extract<Overlay, {kind: 'contexts'}>,
  name: string,
): DashboardState => {
  const {contexts} = state;
  const move = (by: number): DashboardState => {
    const cursor = Math.min(contexts.length - 1, Math.max(0, overlay.cursor + by));
    return {...state, overlay: {...overlay, cursor}};
  };
  switch (name) {
    case 'up':
    case 'k':
    case 'wheel-up':
      return move(-1);
    case 'down':
    case 'j':
    case 'wheel-down':
      return move(1);
    case 'escape':
    case 'q':
    case 'c':
      return {...state, overlay: undefined};
    case 'enter': {
      const chosen = contexts[overlay.cursor];
      if (chosen === undefined) return {...state, overlay: undefined};
      return {
        ...state,
        overlay: undefined,
        context: chosen.name,
        look: undefined,
        lost: undefined,
        rows: [],
        marked: new Map(),
        chosen: undefined,
        cursor: 0,
        top: 0,
        paused: false,
      };
    }
    default:
      return state;
  }
};
