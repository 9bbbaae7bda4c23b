import type {RowKeys} from './row-key.ts';

/** The keys of a queue but the first, as lua/queues.lua.ts describes them and in its order. */
export const queueKeys = (keys: RowKeys, queue: string) => {
  const named = (what: string): string => keys.own(`queue:${queue}:${what}`);
  return {
    cards: named('cards'),
    payloads: named('payloads'),
    later: named('later'),
    due: named('due'),
    waiting: named('waiting'),
    arrivals: named('arrivals'),
    leases: named('leases'),
    claimed: named('claimed'),
    dead: named('dead'),
    counters: named('counters'),
  };
};

export type QueueKeys = ReturnType<typeof queueKeys>;
