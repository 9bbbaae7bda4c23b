import {createHash} from 'node:crypto';
import {BucketKind} from '../../engine/bucket-code.ts';
import {bulk} from './bulk.ts';
import {BEGIN_LUA} from './lua/begin.lua.ts';
import {BURST_PENALTY_LUA} from './lua/burst-penalty.lua.ts';
import {CONCURRENCY_LUA} from './lua/concurrency.lua.ts';
import {CORE_LUA} from './lua/core.lua.ts';
import {FIRST_INSTANT_LUA} from './lua/first-instant.lua.ts';
import {
  CALENDAR_WINDOW_LUA,
  EPOCH_WINDOW_LUA,
  FIRST_HIT_WINDOW_LUA,
  FIXED_WINDOW_LUA,
} from './lua/fixed-window.lua.ts';
import {GCRA_LUA} from './lua/gcra.lua.ts';
import {LEAKY_BUCKET_LUA} from './lua/leaky-bucket.lua.ts';
import {LONE_CORE_LUA} from './lua/lone-core.lua.ts';
import {MUL_DIV_LUA} from './lua/mul-div.lua.ts';
import {SIMPLE_CORE_LUA} from './lua/simple-core.lua.ts';
import {SLIDING_LOG_LUA} from './lua/sliding-log.lua.ts';
import {SLIDING_WINDOW_LUA} from './lua/sliding-window.lua.ts';
import {SMOOTHED_REFILL_LUA} from './lua/smoothed-refill.lua.ts';
import {TOKEN_BUCKET_LUA} from './lua/token-bucket.lua.ts';

/** A script as Redis runs it. */
export interface Script {
  readonly source: string;
  /** By which it is called once the server knows it. */
  readonly sha: string;
  /** How such a call begins on the wire, behind the number of its arguments. */
  readonly call: string;
}

export const scriptOf = (source: string): Script => {
  const sha = createHash('sha1').update(source).digest('hex');
  return {source, sha, call: `${bulk('evalsha')}${bulk(sha)}`};
};

/** More than checks of one limit of one bucket that keeps a few words. */
export const COMPLEX = 1;
/** A single check that is not complex. */
export const LONE = 1 << 16;

/**
 * The deciding scripts. Redis makes every function of a script anew in each run, so a script holds only the algorithms that
 * are asked for; the same kinds always give the same script.
 */
export class ScriptLibrary {
  readonly #scripts = new Map<number, Script>();

  /** The script for a set of features: bit `kind` for each kind of bucket, and `COMPLEX` or `LONE`. */
  forFeatures(features: number): Script {
    let script = this.#scripts.get(features);
    if (script === undefined) {
      script = scriptOf(assemble(features));
      this.#scripts.set(features, script);
    }
    return script;
  }
}

interface Part {
  readonly lua: string;
  readonly kinds: readonly BucketKind[];
}

const {tokenBucket, burstPenalty, smoothed, gcra, fixedWindow, firstHitWindow} = BucketKind;
const {calendarWindow, slidingWindow, slidingLog, leakyBucket, concurrency} = BucketKind;

/** In order: what others use comes first. */
const PARTS: readonly Part[] = [
  {lua: MUL_DIV_LUA, kinds: [tokenBucket, gcra, slidingWindow, leakyBucket]},
  {lua: FIRST_INSTANT_LUA, kinds: [burstPenalty, smoothed]},
  {lua: FIXED_WINDOW_LUA, kinds: [fixedWindow, firstHitWindow, calendarWindow]},
  {lua: TOKEN_BUCKET_LUA, kinds: [tokenBucket]},
  {lua: BURST_PENALTY_LUA, kinds: [burstPenalty]},
  {lua: SMOOTHED_REFILL_LUA, kinds: [smoothed]},
  {lua: GCRA_LUA, kinds: [gcra]},
  {lua: EPOCH_WINDOW_LUA, kinds: [fixedWindow]},
  {lua: FIRST_HIT_WINDOW_LUA, kinds: [firstHitWindow]},
  {lua: CALENDAR_WINDOW_LUA, kinds: [calendarWindow]},
  {lua: SLIDING_WINDOW_LUA, kinds: [slidingWindow]},
  {lua: SLIDING_LOG_LUA, kinds: [slidingLog]},
  {lua: LEAKY_BUCKET_LUA, kinds: [leakyBucket]},
  {lua: CONCURRENCY_LUA, kinds: [concurrency]},
];

const assemble = (features: number): string => {
  const has = (kind: number): boolean => (features & (1 << kind)) !== 0;
  const kinds = Object.values(BucketKind).filter(has);
  const parts = PARTS.filter((part) => part.kinds.some(has)).map(({lua}) => lua);
  const isSimple = (features & COMPLEX) === 0;
  const simple = (features & LONE) === 0 ? SIMPLE_CORE_LUA : LONE_CORE_LUA;
  const core = isSimple ? simple : CORE_LUA;
  // Without a choice there is no table to look into.
  const table = `local decide = {${kinds.map((kind) => `[${kind}] = decide_${kind}`).join(', ')}}\n`;
  const [only] = kinds;
  return [
    BEGIN_LUA,
    isSimple ? '' : 'local commit = {}\n',
    ...parts,
    kinds.length === 1 ? '' : table,
    core.replaceAll('DECIDE(', kinds.length === 1 ? `decide_${only}(` : 'decide[p[2]]('),
  ].join('');
};
