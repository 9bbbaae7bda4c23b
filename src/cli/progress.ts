import type {Progress} from '../simulate/run-replay.ts';
import type {CliContext} from './context.ts';
import type {OutputFlags} from './options/output.ts';

const EVERY_MS = 200;
/** Shorter runs show nothing: a line that flashes by only irritates. */
const FIRST_AFTER_MS = 500;

/** A progress line on stderr with rate and remaining time; silent unless stderr is a terminal. */
export const progressLine = (
  flags: Pick<OutputFlags, 'quiet'>,
  {streams}: CliContext,
): Progress & {end(): void} => {
  if (flags.quiet === true || !streams.err.isTTY) return {update: () => undefined, end: () => undefined};
  const started = performance.now();
  let shownAt = started + FIRST_AFTER_MS - EVERY_MS;
  let shown = false;
  return {
    update(requests, bytes) {
      const now = performance.now();
      if (now - shownAt < EVERY_MS) return;
      shownAt = now;
      shown = true;
      const seconds = (now - started) / 1000;
      const share = bytes === undefined || bytes.of === 0 ? undefined : Math.min(1, bytes.read / bytes.of);
      const left =
        share === undefined || share === 0
          ? ''
          : `, ${(share * 100).toFixed(0)}%, ${Math.ceil((seconds / share) * (1 - share))} s left`;
      const text = `${requests.toLocaleString('en-US')} requests, ${Math.round(requests / seconds).toLocaleString('en-US')}/s${left}`;
      void streams.err.write(`\r${text.slice(0, streams.err.columns - 1)}\u001b[K`);
    },
    end() {
      if (shown) void streams.err.write('\r\u001b[K');
    },
  };
};
