import {describe, expect, test} from 'vitest';
import {type AnswerHeaders, providerLimit} from '../../src/guard/provider-answer.ts';

/** 2026-01-01T00:00:00Z, ms. */
const NOW = 1_767_225_600_000;

describe('what a provider says', () => {
  test.each<[string, number, AnswerHeaders, number | undefined, number | undefined]>([
    // status, headers, blockedMs, remaining
    ['429 with seconds', 429, {'retry-after': '30'}, 30_000, undefined],
    ['429 with a date', 429, {'Retry-After': 'Thu, 01 Jan 2026 00:01:00 GMT'}, 60_000, undefined],
    [
      'a date is relative to the answer, not to our clock',
      429,
      {'retry-after': 'Thu, 01 Jan 2026 05:00:30 GMT', date: 'Thu, 01 Jan 2026 05:00:00 GMT'},
      30_000,
      undefined,
    ],
    ['a date that is past', 429, {'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT'}, 0, undefined],
    ['429 without any time', 429, {}, 1_000, undefined],
    ['429 with nonsense', 429, {'retry-after': 'soon 1'}, 1_000, undefined],
    ['429 with a negative number', 429, {'retry-after': '-5'}, 1_000, undefined],
    [
      '429 with the reset as seconds',
      429,
      {'x-ratelimit-reset': '7', 'x-ratelimit-remaining': '0'},
      7_000,
      0,
    ],
    ['503 with Retry-After', 503, {'retry-after': '2'}, 2_000, undefined],
    ['503 without', 503, {}, undefined, undefined],
    [
      '403 with nothing left (GitHub)',
      403,
      {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${NOW / 1_000 + 90}`},
      90_000,
      0,
    ],
    ['403 for another reason', 403, {'x-ratelimit-remaining': '58'}, undefined, 58],
    [
      '200 with nothing left',
      200,
      {'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${NOW + 1_500}`},
      1_500,
      0,
    ],
    ['200 with nothing left, and no reset', 200, {'x-ratelimit-remaining': '0'}, undefined, 0],
    ['200 with some left', 200, {'X-RateLimit-Remaining': ['12', '13']}, undefined, 12],
    [
      'a fraction (Reddit)',
      200,
      {'x-ratelimit-remaining': '598.6', 'x-ratelimit-reset': '31'},
      undefined,
      598,
    ],
    ['a duration', 429, {'x-ratelimit-reset': '6m0s'}, 360_000, undefined],
    ['the IETF field', 200, {ratelimit: '"default";r=50;t=30'}, undefined, 50],
    [
      'the IETF field of several limits: the one with the least',
      200,
      {ratelimit: '"burst";r=5;t=1, "day";r=0;t=60'},
      60_000,
      0,
    ],
    ['older IETF fields', 200, {'ratelimit-remaining': '3', 'ratelimit-reset': '10'}, undefined, 3],
    ['a list of which the first counts', 200, {'ratelimit-remaining': '3, 9;w=60'}, undefined, 3],
    ['Fetch headers', 429, new Headers({'Retry-After': '1'}), 1_000, undefined],
    ['200 that says nothing', 200, {}, undefined, undefined],
    ['values that are no text', 200, {'x-ratelimit-remaining': 4, 'retry-after': undefined}, undefined, 4],
  ])('%s', (_, status, headers, blockedMs, remaining) => {
    expect(providerLimit(status, headers, NOW)).toEqual({blockedMs, remaining});
  });
});
