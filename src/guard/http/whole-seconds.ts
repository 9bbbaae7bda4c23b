/** Whole seconds, rounded up, at least 0: waiting that long is always enough. */
export const ceilSeconds = (ms: number): number => Math.max(0, Math.ceil(ms / 1_000));
