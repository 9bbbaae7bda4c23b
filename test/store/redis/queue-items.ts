import type {NewQueueItem} from '../../../src/store/port.ts';

/** Items that are due at once, in the order of their numbers. */
export const queueItems = (
  count: number,
  more: (i: number) => Partial<NewQueueItem> = () => ({}),
): NewQueueItem[] =>
  Array.from({length: count}, (_, i) => ({class: 'normal', rank: i, notBefore: 0, payload: i, ...more(i)}));
