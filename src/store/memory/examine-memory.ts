import type {Examination} from '../examination.ts';
import {seen} from '../looking.ts';

/** There is nothing behind it that could be wrong. */
export const examineMemory = (): Examination => ({
  url: 'memory:',
  server: seen({product: 'memory', version: ''}),
  pings: seen([0]),
  clock: seen({ahead: 0, error: 0}),
  transport: undefined,
  rights: seen({user: '', by: '', missingToRead: [], missingToWrite: [], missingForNews: []}),
  details: {kind: 'memory'},
});
