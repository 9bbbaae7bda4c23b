import type {Check} from '../engine/live/check.ts';
import {RequestRouter} from '../engine/live/request-router.ts';
import {parsePolicy} from '../policy/load-policy.ts';
import {BUILT_IN} from './built-in-policy.ts';

/** A check of a key that no run asks: whoever may not make it would measure a limiter that has lost its store. */
export const trialCheck = (): Check => {
  const {policy} = parsePolicy(BUILT_IN.source, BUILT_IN.file);
  return new RequestRouter(policy).route({key: '(trial)'}, {cost: 1, hold: 0, now: 0});
};
