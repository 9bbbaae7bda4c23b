import {badValue} from './flag-values.ts';
import type {CostSpec} from './lognormal.ts';

const MAX_COST = Number.MAX_SAFE_INTEGER;
const FIXED = /^\d{1,16}$/;
const LOGNORMAL = /^lognormal:(\d{1,15}(?:\.\d+)?),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,16}))?$/;
const EXPECTED_COST = 'a whole number, or lognormal:MEDIAN,SIGMA,MAX such as lognormal:400,1.2,32000';

/** `1`, `lognormal:400,1.2` or, with a cap, `lognormal:400,1.2,32000`. */
export const readCost = (flag: string, text: string): CostSpec => {
  if (FIXED.test(text) && Number(text) <= MAX_COST) return {kind: 'fixed', cost: Number(text)};
  const match = LOGNORMAL.exec(text);
  const [median, sigma] = [Number(match?.[1]), Number(match?.[2])];
  const max = Number(match?.[3] ?? 1_000_000);
  if (!(median > 0 && sigma <= 10 && max >= 1 && max <= MAX_COST)) throw badValue(flag, EXPECTED_COST, text);
  return {kind: 'lognormal', median, sigma, max};
};

const PLAN = /^([A-Za-z0-9_.-]{1,64})=(\d{1,9}(?:\.\d+)?)$/;

/** `free=80,premium=20`: names and their shares of the tenants. */
export const readPlans = (flag: string, text: string): {name: string; weight: number}[] => {
  const plans = text.split(',').map((part) => {
    const [, name = '', weight = ''] = PLAN.exec(part.trim()) ?? [];
    return {name, weight: Number(weight)};
  });
  const distinct = new Set(plans.map((plan) => plan.name)).size === plans.length;
  const some = plans.some((plan) => plan.weight > 0);
  if (!distinct || !some || plans.some((plan) => plan.name === '')) {
    throw badValue(flag, 'names with shares such as free=80,premium=20', text);
  }
  return plans;
};
