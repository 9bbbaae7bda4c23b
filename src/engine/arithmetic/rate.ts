import {gcd} from './gcd.ts';

/** `count` units per `period` microseconds, both whole and without a common factor: 10/s is 1 per 100,000 µs. */
export interface Rate {
  readonly count: number;
  readonly period: number;
}

/** Reduces a rate to lowest terms; every formula works on these two whole numbers, never on their quotient. */
export const reduced = (count: number, period: number): Rate => {
  const divisor = gcd(count, period);
  return {count: count / divisor, period: period / divisor};
};
