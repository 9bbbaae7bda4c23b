import {isMapping} from '../../base/untrusted-json.ts';
import type {ItemAttributes} from './queue-options.ts';

/** What the store keeps as an item's payload: what the limiter will be asked beside what the handler gets. */
export interface Envelope {
  readonly payload: unknown;
  readonly attributes: ItemAttributes;
  readonly cost: number;
}

/** Undefined for what no queue of this library put in. */
export const envelopeOf = (value: unknown): Envelope | undefined => {
  if (!isMapping(value) || !('payload' in value)) return undefined;
  const {payload, attributes = {}, cost = 1} = value;
  if (!isMapping(attributes) || !Number.isSafeInteger(cost) || (cost as number) < 0) return undefined;
  return {payload, attributes: attributes as ItemAttributes, cost: cost as number};
};
