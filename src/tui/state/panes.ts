/** What can be in the middle of the screen, in the order of Tab. */
export const PANES = [
  'keys',
  'limits',
  'tokens',
  'breakers',
  'queues',
  'pools',
  'load',
  'instances',
  'events',
  'alerts',
] as const;
export type PaneName = (typeof PANES)[number];

/** Left out by Tab where there is nothing in them: most policies have neither. */
export const OPTIONAL_PANES: readonly PaneName[] = ['pools', 'load'];
