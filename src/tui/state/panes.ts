/** What can be in the middle of the screen, in the order of Tab. */
export const PANES = [
  'keys',
  'limits',
  'tokens',
  'breakers',
  'queues',
  'instances',
  'events',
  'alerts',
] as const;
export type PaneName = (typeof PANES)[number];
