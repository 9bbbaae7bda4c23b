/** Limiters that keep their state in the process. */
import {MemoryStore as ExpressMemoryStore, type Options} from 'express-rate-limit';
import {RateLimiterMemory} from 'rate-limiter-flexible';
import {Evaluator} from '../../../src/engine/evaluator.ts';
import {SLICE} from '../../../src/engine/key-resolver.ts';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {batchOf} from '../../../src/trace/batch-of.ts';
import {
  type Contender,
  DRAWN,
  drawKeys,
  type KeySet,
  keyNames,
  POINTS,
  type Settings,
  WINDOW_S,
} from './contender.ts';
import {ONE_BUCKET} from './policies.ts';

const namesOf = ({keys}: Settings): readonly string[] => keyNames(Number(keys));

export const contenders: Record<string, Contender> = {
  ratectl: async (settings) => {
    const names = namesOf(settings);
    const limiter = await createLimiter({policy: ONE_BUCKET, store: 'memory:'});
    return {take: (i) => limiter.check({key: names[i]!}), close: () => limiter.close()};
  },
  'rate-limiter-flexible': (settings) => {
    const names = namesOf(settings);
    const limiter = new RateLimiterMemory({points: POINTS, duration: WINDOW_S});
    return {take: (i) => limiter.consume(names[i]!)};
  },
  'express-rate-limit': (settings) => {
    const names = namesOf(settings);
    const store = new ExpressMemoryStore();
    store.init({windowMs: WINDOW_S * 1_000} as Options);
    return {take: (i) => store.increment(names[i]!), close: async () => store.shutdown()};
  },
  // Not a limiter to call: what a replay does with each request, whose keys come as bytes in blocks.
  'the engine in a replay': (settings) => {
    const names = namesOf(settings);
    const {policy} = parsePolicy(JSON.stringify(ONE_BUCKET), 'policy.json');
    const evaluator = new Evaluator(policy);
    const order = drawKeys(settings['keySet'] as KeySet, names.length);
    const requests = Array.from(order, (key, i) => ({t: 1_700_000_000_000_000 + i, key: names[key]!}));
    const batch = batchOf(evaluator.columns, requests);
    return {
      many: DRAWN,
      take: () => {
        for (let from = 0; from < DRAWN; from += SLICE) {
          evaluator.resolvers.beginSlice(batch, from, from + SLICE);
          evaluator.evaluateSlice(batch, from, from + SLICE);
          evaluator.resolvers.endSlice();
        }
      },
    };
  },
};
