import type {Field} from './schema.ts';

/** Fields of an entry of `behaviour`. */
export const BEHAVIOUR_FIELDS: readonly Field[] = [
  {
    name: 'ladder',
    type: 'ladder',
    required: true,
    doc: 'Tiers of the limit from the worst to the best. A key in another tier stays there.',
    alsoCalled: ['tiers', 'order', 'levels', 'steps'],
  },
  {
    name: 'window',
    type: 'duration',
    default: '1h',
    doc: 'Behaviour of so long counts, 1s to 1w.',
    alsoCalled: ['period', 'interval', 'duration', 'history'],
  },
  {
    name: 'promote',
    type: 'score',
    default: '0.9',
    doc: 'A score of at least this moves a key one tier up; above "demote".',
    alsoCalled: ['promoteAt', 'up', 'upgrade', 'promotion'],
  },
  {
    name: 'demote',
    type: 'score',
    default: '0.3',
    doc: 'A score of at most this moves a key down.',
    alsoCalled: ['demoteAt', 'down', 'downgrade', 'demotion'],
  },
  {
    name: 'demoteTo',
    type: 'demotion',
    default: 'next',
    doc: 'Down by one tier, or to the first of the ladder.',
    alsoCalled: ['restrictTo'],
  },
  {
    name: 'minimumRequests',
    type: 'requests',
    default: '50',
    doc: 'Requests in the window below which a key has the neutral score 0.5.',
    alsoCalled: ['minRequests', 'minimum', 'minSamples', 'minimumCalls'],
  },
];
