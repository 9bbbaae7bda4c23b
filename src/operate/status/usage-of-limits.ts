import type {LimitUsage, Usage} from '../../store/port.ts';
import type {LimitUsageFacts, UsageCounts} from '../../view/model/status-report.ts';

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

/** What the limits did in the last minute and hour. Limits in the order given, then others that were counted, by name. */
export const usageOfLimits = async (
  store: Pick<Usage, 'slots'>,
  limits: readonly string[],
  now: number,
): Promise<readonly LimitUsageFacts[]> => {
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
  const others = [...sums.keys()].filter((limit) => !limits.includes(limit)).sort();
  return [...limits, ...others].flatMap((limit) => {
    const own = sums.get(limit);
    return own === undefined
      ? []
      : [{limit, lastMinute: rounded(own.lastMinute), lastHour: rounded(own.lastHour)}];
  });
};
