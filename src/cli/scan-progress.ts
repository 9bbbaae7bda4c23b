import type {CliContext} from './context.ts';
import type {OutputFlags} from './options/output.ts';

const EVERY_MS = 200;
const FIRST_AFTER_MS = 500;

/** A line on stderr that says how many keys were read; silent unless stderr is a terminal, and for what is done at once. */
export const scanProgress = (
  flags: Pick<OutputFlags, 'quiet'>,
  {streams: {err}}: CliContext,
): {readonly update: (keys: number) => void; readonly end: () => void} => {
  if (flags.quiet === true || !err.isTTY) return {update: () => undefined, end: () => undefined};
  const started = performance.now();
  let shownAt = started + FIRST_AFTER_MS - EVERY_MS;
  let shown = false;
  return {
    update(keys) {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      const rate = Math.round((keys * 1_000) / (now - started));
      const text = `${keys.toLocaleString('en-US')} keys read, ${rate.toLocaleString('en-US')}/s`;
      void err.write(`\r${text.slice(0, err.columns - 1)}\u001b[K`);
    },
    end() {
      if (shown) void err.write('\r\u001b[K');
    },
  };
};
