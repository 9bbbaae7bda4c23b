/** How much a view shows: the most important on a screen, or everything that was kept. */
export type Detail = 'table' | 'wide';
