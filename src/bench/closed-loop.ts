import type {RequestSource, RunningLoop} from './request-source.ts';

export interface ClosedLoopOptions {
  readonly source: RequestSource;
  readonly callers: number;
  readonly until: number;
}

/** Answers without a turn of the event loop in between: a store in memory would keep timers and sockets waiting for ever. */
const WITHOUT_TURN = 256;

/** So many callers, each of which sends its next request when it has its answer: a slow answer keeps requests from being made. */
export const closedLoop = ({source, callers, until}: ClosedLoopOptions): RunningLoop => {
  let stopped = false;
  let sinceTurn = 0;
  let waiting = 0;
  let finish: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const stop = (): void => {
    stopped = true;
    finish();
  };
  const call = (): void => {
    if (stopped) return;
    const at = source.now();
    if (at >= until) stop();
    else source.start(at, at, false);
  };
  const turn = (): void => {
    sinceTurn = 0;
    const count = waiting;
    waiting = 0;
    for (let i = 0; i < count; i++) call();
  };
  const later = (): void => {
    if (waiting++ === 0) setImmediate(turn);
  };
  for (let i = 0; i < callers; i++) later();
  // Nobody may be answered any more: the end does not depend on it.
  const timer = setTimeout(stop, Math.ceil((until - source.now()) / 1_000));
  void sent.then(() => clearTimeout(timer));
  return {
    sent,
    answered: () => (++sinceTurn < WITHOUT_TURN ? call() : later()),
    stop,
    takeIdle: () => 0,
  };
};
