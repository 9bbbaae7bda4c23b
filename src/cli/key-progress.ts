import type {CliContext} from './context.ts';
import type {OutputFlags} from './options/output.ts';

const EVERY_MS = 200;
/** Shorter runs show nothing: a line that flashes by only irritates. */
const FIRST_AFTER_MS = 500;

/** How many keys are done, on stderr; silent unless that is a terminal. */
export const keyProgress = (
  flags: Pick<OutputFlags, 'quiet'>,
  {streams}: CliContext,
  all: number,
): {update(keys: number): void; end(): void} => {
  let shownAt = performance.now() + FIRST_AFTER_MS - EVERY_MS;
  let shown = false;
  if (flags.quiet === true || !streams.err.isTTY) return {update: () => undefined, end: () => undefined};
  return {
    update(keys) {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      const text = `${keys.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} keys`;
      void streams.err.write(`\r${text.slice(0, streams.err.columns - 1)}\u001b[K`);
    },
    end() {
      if (shown) void streams.err.write('\r\u001b[K');
    },
  };
};
