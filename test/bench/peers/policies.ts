import {POINTS, WINDOW_S} from './contender.ts';

const RATE = `${POINTS}/${WINDOW_S}s`;

export const ONE_BUCKET = {
  version: 1 as const,
  limits: [{name: 'bench', key: '{key}', algorithm: 'gcra', rate: RATE, burst: POINTS}],
};

/** The same key in four buckets, all of them far from empty. */
export const FOUR_BUCKETS = {
  version: 1 as const,
  limits: [
    {
      name: 'bench',
      key: '{key}',
      buckets: [
        {algorithm: 'token-bucket', rate: '1000000/s'},
        {algorithm: 'gcra', rate: RATE, burst: 1_000_000},
        {algorithm: 'sliding-window', limit: 100_000_000, window: '1h'},
        {algorithm: 'token-bucket', rate: '1000000000/1d'},
      ],
    },
  ],
};
