import {createHash} from 'node:crypto';
import {MICROS_PER_MILLI} from '../../base/micros.ts';
import type {DecisionView, LayerView} from '../decision-view.ts';
import type {AnswerOptions} from './answer-options.ts';
import {refusal} from './refusal.ts';
import {fieldBytes, fieldInteger, fieldString} from './structured-field.ts';
import {ceilSeconds} from './whole-seconds.ts';

/**
 * The headers of a decision, for allowed answers and refusals alike:
 *
 *     Retry-After: 1
 *     RateLimit-Policy: "per-ip";q=20;w=2, "per-tenant";q=100;w=60
 *     RateLimit: "per-ip";r=0;t=1
 *     X-RateLimit-Limit: 20
 *     X-RateLimit-Remaining: 0
 *     X-RateLimit-Reset: 1767614402
 *
 * `RateLimit-Policy` and `RateLimit` follow draft-ietf-httpapi-ratelimit-headers-10. Limits in shadow are not told. None of
 * these is there when no limit applied, or when the store is lost and nobody counts (`open`, `closed`): then there is only
 * `Retry-After`.
 *
 * All seconds are rounded up. `w` has no finer unit: 10 in 500 ms is told as 10 in 1 s, and who keeps to that is never refused.
 * On a refusal `RateLimit` names only the limit that refused, and its `t` is that of `Retry-After`, which must not be the
 * earlier of the two; on an allowed answer `t` is the time until the key is as if never used.
 */
export const responseHeaders = (
  decision: DecisionView,
  {
    headers = ['ratelimit', 'x-ratelimit'],
    xRateLimitReset = 'epoch',
    partitionKey = 'omit',
  }: AnswerOptions = {},
): Record<string, string> => {
  const fields: Record<string, string> = {};
  const {retryAfter} = refusal(decision);
  if (retryAfter !== undefined) fields['Retry-After'] = String(retryAfter);
  const layers = decision.source === 'open' ? [] : decision.layers.filter(({shadow}) => !shadow);
  if (headers.includes('ratelimit') && layers.length > 0) {
    const told = decision.allowed ? layers : layers.filter(({name}) => name === decision.limit);
    fields['RateLimit-Policy'] = layers.map((layer) => policyItem(layer, decision)).join(', ');
    if (told.length > 0)
      fields['RateLimit'] = told.map((layer) => stateItem(layer, decision, partitionKey)).join(', ');
  }
  if (headers.includes('x-ratelimit') && layers.length > 0 && decision.limit !== undefined) {
    const {capacity, remaining, resetAfterMs, now} = decision;
    fields['X-RateLimit-Limit'] = fieldInteger(capacity);
    fields['X-RateLimit-Remaining'] = fieldInteger(Math.floor(remaining));
    fields['X-RateLimit-Reset'] = fieldInteger(
      ceilSeconds(xRateLimitReset === 'epoch' ? now / MICROS_PER_MILLI + resetAfterMs : resetAfterMs),
    );
  }
  return fields;
};

/** `"per-ip";q=20;w=2`; `"slots";q=10;qu="concurrent-requests"`. A calendar month has no length: such a quota has no `w`. */
const policyItem = (layer: LayerView, decision: DecisionView): string => {
  const {name, capacity, windowMs} = layer;
  const quota = `${fieldString(name)};q=${fieldInteger(Math.floor(capacity))}`;
  if (windowMs !== undefined && windowMs > 0) return `${quota};w=${fieldInteger(ceilSeconds(windowMs))}`;
  return areSlots(layer, decision) ? `${quota};qu="concurrent-requests"` : quota;
};

/** `"per-ip";r=3;t=2`. */
const stateItem = (
  layer: LayerView,
  decision: DecisionView,
  partitionKey: 'omit' | 'hash' | 'plain',
): string => {
  const {name, remaining} = layer;
  const {key, limit} = decision;
  const seconds = secondsOf(layer, decision);
  const time = seconds === undefined ? '' : `;t=${fieldInteger(seconds)}`;
  const told = partitionKey !== 'omit' && name === limit && key !== undefined;
  const partition = told ? `;pk=${fieldBytes(partitionBytes(key, partitionKey))}` : '';
  return `${fieldString(name)};r=${fieldInteger(Math.floor(remaining))}${time}${partition}`;
};

const secondsOf = (layer: LayerView, decision: DecisionView): number | undefined => {
  if (!decision.allowed) return refusal(decision).retryAfter;
  // Slots come back when their requests end, which nobody knows.
  return areSlots(layer, decision) ? undefined : ceilSeconds(layer.resetAfterMs);
};

const areSlots = ({name, windowMs}: LayerView, {limit, scope}: DecisionView): boolean =>
  name === limit && scope === 'concurrency' && windowMs === undefined;

const HASH_BYTES = 9;
/** Keys can be long, and headers cannot: a longer one is told as its hash. */
const MAX_PLAIN_BYTES = 256;

const partitionBytes = (key: string, form: 'hash' | 'plain'): Uint8Array => {
  const bytes = new TextEncoder().encode(key);
  if (form === 'plain' && bytes.length <= MAX_PLAIN_BYTES) return bytes;
  return createHash('sha256').update(bytes).digest().subarray(0, HASH_BYTES);
};
