import type {LimitUsage, Usage} from '../../store/port.ts';
import {isLimitName, usesNameOf} from '../../store/token-names.ts';
import type {LimitUsageFacts, UsageCounts} from '../../view/model/status-report.ts';
import type {StatusToken} from '../../view/model/status-sections.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

interface Sums {
  allowed: number;
  denied: number;
  shadowDenied: number;
}

const none = (): Sums => ({allowed: 0, denied: 0, shadowDenied: 0});

const add = (sums: Sums, slot: Omit<LimitUsage, 'limit'>, weight: number): void => {
  sums.allowed += slot.allowed * weight;
  sums.denied += slot.denied * weight;
  sums.shadowDenied += slot.shadowDenied * weight;
};

const rounded = ({allowed, denied, shadowDenied}: Sums): UsageCounts => ({
  allowed: Math.round(allowed),
  denied: Math.round(denied),
  shadowDenied: Math.round(shadowDenied),
});

/** What was counted in the last minute and hour. */
export interface RecentUsage {
  /** Limits in the order given, then others that were counted, by name. */
  readonly usage: readonly LimitUsageFacts[];
  /** How often applications asked for the token of a provider. */
  readonly usesOf: (provider: string) => StatusToken['uses'];
}

/** Reads what limits and tokens did. */
export const readUsage = async (
  store: Pick<Usage, 'slots'>,
  limits: readonly string[],
  now: number,
): Promise<RecentUsage> => {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const sums = new Map<string, {readonly lastMinute: Sums; readonly lastHour: Sums}>();
  for await (const slot of store.slots(minute - HOUR, minute + MINUTE)) {
    const own = sums.get(slot.limit) ?? {lastMinute: none(), lastHour: none()};
    sums.set(slot.limit, own);
    // Of a slot that begins before the span, the part that lies in it.
    const within = (span: number): number =>
      Math.min(1, Math.max(0, (slot.at + MINUTE - (now - span)) / MINUTE));
    add(own.lastMinute, slot, within(MINUTE));
    add(own.lastHour, slot, within(HOUR));
  }
  const others = [...sums.keys()].filter((name) => !limits.includes(name) && isLimitName(name)).sort();
  return {
    usage: [...limits, ...others].flatMap((limit) => {
      const own = sums.get(limit);
      return own === undefined
        ? []
        : [{limit, lastMinute: rounded(own.lastMinute), lastHour: rounded(own.lastHour)}];
    }),
    usesOf: (provider) => {
      const own = sums.get(usesNameOf(provider));
      return {
        lastMinute: Math.round(own?.lastMinute.allowed ?? 0),
        lastHour: Math.round(own?.lastHour.allowed ?? 0),
      };
    },
  };
};
