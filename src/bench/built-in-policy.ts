import type {Budget} from './accuracy.ts';

/** One bucket for each key, so large that no load empties it: what is measured is deciding, not refusing. */
export const BUILT_IN = {
  file: 'bench.yaml',
  source: `version: 1
limits:
  - { name: bench, key: "{key}", rate: 1000000/s, burst: 1000000 }
`,
};

/** What accuracy is judged with, on one key of all processes. */
export const ACCURACY_BUDGET: Budget = {rate: 1_000, burst: 100};
/** Offered, requests per second: three times as much as there is. */
export const ACCURACY_OFFERED = 3_000;

export const ACCURACY = {
  file: 'accuracy.yaml',
  source: `version: 1
limits:
  - { name: accuracy, key: "{key}", rate: ${ACCURACY_BUDGET.rate}/s, burst: ${ACCURACY_BUDGET.burst} }
`,
};
