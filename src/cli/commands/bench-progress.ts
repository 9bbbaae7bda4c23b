import type {BenchProgress} from '../../bench/bench-options.ts';
import type {CliContext} from '../context.ts';
import type {OutputFlags} from '../options/output.ts';

const EVERY_MS = 200;

/** A line on stderr that says what is measured; silent unless stderr is a terminal. */
export const benchProgress = (
  flags: Pick<OutputFlags, 'quiet'>,
  {streams: {err}}: CliContext,
): {readonly update: (progress: BenchProgress) => void; readonly end: () => void} => {
  if (flags.quiet === true || !err.isTTY) return {update: () => undefined, end: () => undefined};
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    update({store, what, answers, share}) {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      const parts = [
        store,
        ...(what === '' ? [] : [what]),
        `${Math.round(share * 100)}%`,
        `${answers.toLocaleString('en-US')} decisions`,
      ];
      void err.write(`\r${parts.join(', ').slice(0, err.columns - 1)}\u001b[K`);
    },
    end() {
      if (shown) void err.write('\r\u001b[K');
      shown = false;
    },
  };
};
