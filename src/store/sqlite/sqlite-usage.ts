import type {RowAddress} from '../../engine/live/check.ts';
import type {
  DeniedKey,
  DeniedSpan,
  HotKey,
  KeyUsage,
  LimitUsage,
  SlotWidth,
  UsageDelta,
  UsageSlot,
} from '../port.ts';
import {
  countedAt,
  DENIED_GRAINS,
  DENIED_KEYS,
  HOT_KEYS,
  lastMinute,
  minuteOf,
  SLOT_GRAINS,
  startOf,
} from '../usage-window.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import {type SqliteHandle, type SqlValue, textOfBlob} from './sqlite-handle.ts';

const ADDRESS = 'CAST(limit_name AS BLOB), CAST(key AS BLOB), CAST(tier AS BLOB), shape';
const AT = 'limit_name = ? AND key = ? AND tier = ? AND shape = ?';
/** Slots that are read at a time. */
const SLOTS_AT_ONCE = 500;
const SLOT_TABLES: Readonly<Record<SlotWidth, string>> = {minute: 'usage_minutes', hour: 'usage_hours'};
const DENIED_TABLES: Readonly<Record<DeniedSpan, string>> = {hour: 'denied_by_hour', day: 'denied_by_day'};
const WIDTHS = Object.keys(SLOT_TABLES) as readonly SlotWidth[];
const SPANS = Object.keys(DENIED_TABLES) as readonly DeniedSpan[];

export const recordUsage = (access: SqliteAccess, {limits, keys}: UsageDelta): Promise<void> =>
  access.write((handle, now) => {
    for (const width of WIDTHS) for (const limit of limits) countLimit(handle, limit, width, now);
    for (const key of keys) heat(handle, key, now);
    const refused = keys.filter(({denied}) => denied > 0);
    if (refused.length > 0) for (const span of SPANS) countDenied(handle, refused, span, now);
    // Trimmed a little late, so that it is not done every time.
    if (handle.number('SELECT count(*) FROM hot_keys') > HOT_KEYS * 1.1) trimHot(handle, now);
    forgetOld(handle, now);
  });

const countLimit = (
  handle: SqliteHandle,
  {limit, allowed, denied, shadowDenied}: LimitUsage,
  width: SlotWidth,
  now: number,
): void => {
  handle.run(
    `INSERT INTO ${SLOT_TABLES[width]} (at, limit_name, allowed, denied, shadow_denied) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET allowed = allowed + excluded.allowed, denied = denied + excluded.denied,
       shadow_denied = shadow_denied + excluded.shadow_denied`,
    startOf(now, SLOT_GRAINS[width]),
    limit,
    allowed,
    denied,
    shadowDenied,
  );
};

const heat = (handle: SqliteHandle, {address, denied, shadow, until}: KeyUsage, now: number): void => {
  const at = [address.limit, address.key, address.tier, address.shape] as const;
  const row = handle.get(`SELECT minute, current, previous, until FROM hot_keys WHERE ${AT}`, ...at);
  const [minute, current, previous, before] = (row ?? [minuteOf(now), 0, 0, 0]) as readonly number[];
  const counts = countedAt({minute: minute!, current: current!, previous: previous!}, now, denied);
  handle.run(
    `INSERT OR REPLACE INTO hot_keys (limit_name, key, tier, shape, shadow, until, minute, current, previous)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...at,
    Number(shadow),
    Math.max(until, before!),
    counts.minute,
    counts.current,
    counts.previous,
  );
};

const countDenied = (
  handle: SqliteHandle,
  refused: readonly KeyUsage[],
  span: DeniedSpan,
  now: number,
): void => {
  const table = DENIED_TABLES[span];
  const at = startOf(now, DENIED_GRAINS[span]);
  for (const {address, denied} of refused) {
    handle.run(
      `INSERT INTO ${table} (at, limit_name, key, tier, shape, denied) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET denied = denied + excluded.denied`,
      at,
      address.limit,
      address.key,
      address.tier,
      address.shape,
      denied,
    );
  }
  if (handle.number(`SELECT count(*) FROM ${table} WHERE at = ?`, at) <= 2 * DENIED_KEYS) return;
  handle.run(
    `DELETE FROM ${table} WHERE at = ? AND (limit_name, key, tier, shape) NOT IN
       (SELECT limit_name, key, tier, shape FROM ${table} WHERE at = ? ORDER BY denied DESC LIMIT ?)`,
    at,
    at,
    DENIED_KEYS,
  );
};

const trimHot = (handle: SqliteHandle, now: number): void => {
  handle.run('DELETE FROM hot_keys WHERE until <= ?', now);
  const surplus = handle.number('SELECT count(*) FROM hot_keys') - HOT_KEYS;
  if (surplus <= 0) return;
  handle.run(
    `DELETE FROM hot_keys WHERE (limit_name, key, tier, shape) IN
       (SELECT limit_name, key, tier, shape FROM hot_keys ORDER BY until LIMIT ?)`,
    surplus,
  );
};

const forgetOld = (handle: SqliteHandle, now: number): void => {
  for (const width of WIDTHS)
    handle.run(`DELETE FROM ${SLOT_TABLES[width]} WHERE at <= ?`, now - SLOT_GRAINS[width].kept);
  for (const span of SPANS)
    handle.run(`DELETE FROM ${DENIED_TABLES[span]} WHERE at <= ?`, now - DENIED_GRAINS[span].kept);
};

export const sweepUsage = (access: SqliteAccess): Promise<void> =>
  access.write((handle, now) => {
    trimHot(handle, now);
    forgetOld(handle, now);
  });

export const hotKeys = (access: SqliteAccess, count: number): Promise<readonly HotKey[]> =>
  access.read((handle, now) =>
    handle
      .all(
        `SELECT ${ADDRESS}, shadow, until, minute, current, previous FROM hot_keys
         WHERE until > ? ORDER BY until DESC LIMIT ?`,
        now,
        Math.min(count, HOT_KEYS),
      )
      .map((row) => {
        const [shadow, until, minute, current, previous] = row.slice(4) as number[];
        const counts = {minute: minute!, current: current!, previous: previous!};
        return {
          address: addressOf(row),
          shadow: shadow === 1,
          until: until!,
          deniedLastMinute: lastMinute(counts, now),
        };
      }),
  );

export async function* usageSlots(
  access: SqliteAccess,
  from: number,
  until: number,
  width: SlotWidth = 'minute',
): AsyncGenerator<UsageSlot> {
  let after: readonly [at: number, limit: string] = [from, ''];
  for (;;) {
    const slots = await access.read((handle) =>
      handle
        .all(
          `SELECT at, CAST(limit_name AS BLOB), allowed, denied, shadow_denied FROM ${SLOT_TABLES[width]}
           WHERE (at, limit_name) > (?, ?) AND at < ? ORDER BY at, limit_name LIMIT ?`,
          ...after,
          until,
          SLOTS_AT_ONCE,
        )
        .map((row) => {
          const [at, limit, allowed, denied, shadowDenied] = row as readonly [
            number,
            Uint8Array,
            number,
            number,
            number,
          ];
          return {at, limit: textOfBlob(limit), allowed, denied, shadowDenied};
        }),
    );
    yield* slots;
    const last = slots.at(-1);
    if (last === undefined || slots.length < SLOTS_AT_ONCE) return;
    after = [last.at, last.limit];
  }
}

export const mostDeniedKeys = (
  access: SqliteAccess,
  from: number,
  until: number,
  count: number,
  span: DeniedSpan = 'hour',
): Promise<readonly DeniedKey[]> =>
  access.read((handle) =>
    handle
      .all(
        `SELECT ${ADDRESS}, sum(denied) FROM ${DENIED_TABLES[span]} WHERE at >= ? AND at < ?
         GROUP BY limit_name, key, tier, shape ORDER BY sum(denied) DESC LIMIT ?`,
        from,
        until,
        count,
      )
      .map((row) => ({address: addressOf(row), denied: row[4] as number})),
  );

export const forgetHotKeys = (access: SqliteAccess, addresses: readonly RowAddress[]): Promise<void> =>
  access.write((handle) => {
    for (const {limit, key, tier, shape} of addresses)
      handle.run(`DELETE FROM hot_keys WHERE ${AT}`, limit, key, tier, shape);
  });

const addressOf = ([limit, key, tier, shape]: readonly SqlValue[]): RowAddress => ({
  limit: textOfBlob(limit!),
  key: textOfBlob(key!),
  tier: textOfBlob(tier!),
  shape: shape as string,
});
