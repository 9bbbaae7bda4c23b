/**
 * What the dashboard costs: processor time at ten looks a second over many keys, the heap over many frames, and how soon its first
 * frame is there. `node test/bench/dashboard.ts [--keys 10000] [--seconds 20] [--frames 20000]`, after `npm run build`.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep, setImmediate as turn} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {spawn} from '@lydell/node-pty';
import {openStore} from '../../src/store/open-store.ts';
import type {Look} from '../../src/tui/data/look.ts';
import {orderOf} from '../../src/tui/state/order.ts';
import {NOON_MS, syntheticKey, syntheticLook, syntheticReport} from '../tui/synthetic-look.ts';
import {syntheticStore, TOP_POLICY} from '../tui/synthetic-store.ts';

// React decides when it is loaded whether it is the slow one for development.
process.env['NODE_ENV'] = 'production';
const {mounted} = await import('../tui/mounted.ts');

const {values} = parseArgs({
  options: {
    keys: {type: 'string', default: '10000'},
    seconds: {type: 'string', default: '20'},
    frames: {type: 'string', default: '20000'},
  },
});
const KEYS = Number(values.keys);
const HZ = 10;
const COLUMNS = 200;
const LINES = 50;

/** In the order that was asked for, as a store's answer is. */
const looksOf = (keys: number): readonly Look[] =>
  Array.from({length: 20}, (_, n) => {
    const found = Array.from({length: keys}, (_, i) => syntheticKey(i, n)).sort(orderOf('used', 'forward'));
    return syntheticLook(n + 1, syntheticReport(found));
  });

const processorTime = async (): Promise<void> => {
  const looks = looksOf(KEYS);
  const {dashboard, screen, unmount} = mounted(COLUMNS, LINES, () => performance.now());
  const run = async (seconds: number): Promise<number> => {
    const before = process.cpuUsage();
    const start = performance.now();
    for (let n = 0; n < seconds * HZ; n++) {
      dashboard.dispatch({kind: 'looked', look: {...looks[n % looks.length]!, number: n + 1}});
      if (n % HZ === 0) dashboard.dispatch({kind: 'key', name: 'j'});
      await sleep(Math.max(0, start + ((n + 1) * 1_000) / HZ - performance.now()));
    }
    const {user, system} = process.cpuUsage(before);
    return (user + system) / 10 / (performance.now() - start);
  };
  await run(3);
  const [bytes, writes] = [screen.bytes, screen.writes];
  const seconds = Number(values.seconds);
  const share = await run(seconds);
  console.log(
    `processor: ${share.toFixed(1)} % of a core, ${KEYS} keys looked at and sorted ${HZ} times a second on ${COLUMNS}x${LINES}; ` +
      `${Math.round((screen.writes - writes) / seconds)} writes/s, ${Math.round((screen.bytes - bytes) / seconds / 1_024)} KiB/s`,
  );
  unmount();
};

const heap = async (): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const looks = looksOf(1_000);
  // A clock that is always a frame ahead: every look is drawn.
  let clock = NOON_MS;
  const {dashboard, unmount} = mounted(COLUMNS, LINES, () => {
    clock += 1_000;
    return clock;
  });
  const frames = Number(values.frames);
  const sizes: string[] = [];
  const start = performance.now();
  for (let n = 0; n <= frames; n++) {
    if (n % Math.max(1, frames / 10) === 0) {
      collect();
      const {heapUsed, rss} = process.memoryUsage();
      sizes.push(`${(heapUsed / 1_048_576).toFixed(1)}/${Math.round(rss / 1_048_576)}`);
    }
    dashboard.dispatch({kind: 'looked', look: {...looks[n % looks.length]!, number: n + 1}});
    if (n % 3 === 0) dashboard.dispatch({kind: 'key', name: n % 1_500 < 750 ? 'j' : 'k'});
    await turn();
  }
  const each = (performance.now() - start) / frames;
  console.log(`heap/rss in MiB over ${frames} frames: ${sizes.join(' ')} (${each.toFixed(1)} ms a frame)`);
  unmount();
};

const BIN = fileURLToPath(new URL('../../bin/ratectl.js', import.meta.url));

const firstFrame = async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-top-'));
  writeFileSync(join(folder, 'ratectl.yaml'), TOP_POLICY);
  const store = await openStore({kind: 'sqlite', path: join(folder, 'state.db')}, {access: 'write'});
  await syntheticStore(store);
  await store.close();
  const times: {readonly frame: number; readonly data: number}[] = [];
  for (let n = 0; n < 6; n++) {
    const start = performance.now();
    const child = spawn(process.execPath, [BIN, 'top', '--store', 'sqlite:state.db'], {
      cols: 100,
      rows: 30,
      cwd: folder,
      env: {...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8'} as Record<string, string>,
    });
    const time = await new Promise<{readonly frame: number; readonly data: number}>((resolve) => {
      let text = '';
      let frame = 0;
      child.onData((chunk) => {
        text += chunk;
        if (frame === 0 && text.includes('ratectl')) frame = performance.now() - start;
        if (text.includes('203.0.113.7')) resolve({frame, data: performance.now() - start});
      });
    });
    const gone = new Promise((resolve) => child.onExit(resolve));
    child.write('q');
    await gone;
    // The first one fills the compile cache.
    if (n > 0) times.push(time);
  }
  rmSync(folder, {recursive: true, force: true});
  const middle = (what: 'frame' | 'data'): number => times.map((one) => one[what]).sort((a, b) => a - b)[2]!;
  console.log(
    `first frame after ${Math.round(middle('frame'))} ms, with keys after ${Math.round(middle('data'))} ms`,
  );
};

await firstFrame();
await processorTime();
await heap();
process.exit(0);
