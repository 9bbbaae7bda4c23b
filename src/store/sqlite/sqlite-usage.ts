import type {RowAddress} from '../../engine/live/check.ts';
import type {DeniedKey, HotKey, KeyUsage, LimitUsage, UsageDelta, UsageSlot} from '../port.ts';
import {countedAt, DENIED_KEYS, HOT_KEYS, hourOf, lastMinute, minuteOf, USAGE_KEPT} from '../usage-window.ts';
import type {SqliteAccess} from './sqlite-access.ts';
import {type SqliteHandle, type SqlValue, textOfBlob} from './sqlite-handle.ts';

const ADDRESS = 'CAST(limit_name AS BLOB), CAST(key AS BLOB), CAST(tier AS BLOB)';
const AT = 'limit_name = ? AND key = ? AND tier = ?';
/** Minutes of slots that are read at a time. */
const SLOTS_AT_ONCE = 500;

export const recordUsage = (access: SqliteAccess, {limits, keys}: UsageDelta): Promise<void> =>
  access.write((handle, now) => {
    for (const limit of limits) countLimit(handle, limit, minuteOf(now));
    for (const key of keys) heat(handle, key, now);
    countDenied(handle, keys, hourOf(now));
    // Trimmed a little late, so that it is not done every time.
    if (handle.number('SELECT count(*) FROM hot_keys') > HOT_KEYS * 1.1) trimHot(handle, now);
    forgetOld(handle, now);
  });

const countLimit = (
  handle: SqliteHandle,
  {limit, allowed, denied, shadowDenied}: LimitUsage,
  at: number,
): void => {
  handle.run(
    `INSERT INTO usage_slots (at, limit_name, allowed, denied, shadow_denied) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET allowed = allowed + excluded.allowed, denied = denied + excluded.denied,
       shadow_denied = shadow_denied + excluded.shadow_denied`,
    at,
    limit,
    allowed,
    denied,
    shadowDenied,
  );
};

const heat = (handle: SqliteHandle, {address, denied, shadow, until}: KeyUsage, now: number): void => {
  const at = [address.limit, address.key, address.tier] as const;
  const row = handle.get(`SELECT minute, current, previous, until FROM hot_keys WHERE ${AT}`, ...at);
  const [minute, current, previous, before] = (row ?? [minuteOf(now), 0, 0, 0]) as readonly number[];
  const counts = countedAt({minute: minute!, current: current!, previous: previous!}, now, denied);
  handle.run(
    `INSERT OR REPLACE INTO hot_keys (limit_name, key, tier, shadow, until, minute, current, previous)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...at,
    Number(shadow),
    Math.max(until, before!),
    counts.minute,
    counts.current,
    counts.previous,
  );
};

const countDenied = (handle: SqliteHandle, keys: readonly KeyUsage[], hour: number): void => {
  const refused = keys.filter(({denied}) => denied > 0);
  if (refused.length === 0) return;
  for (const {address, denied} of refused) {
    handle.run(
      `INSERT INTO denied_keys (hour, limit_name, key, tier, denied) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET denied = denied + excluded.denied`,
      hour,
      address.limit,
      address.key,
      address.tier,
      denied,
    );
  }
  if (handle.number('SELECT count(*) FROM denied_keys WHERE hour = ?', hour) <= 2 * DENIED_KEYS) return;
  handle.run(
    `DELETE FROM denied_keys WHERE hour = ? AND (limit_name, key, tier) NOT IN
       (SELECT limit_name, key, tier FROM denied_keys WHERE hour = ? ORDER BY denied DESC LIMIT ?)`,
    hour,
    hour,
    DENIED_KEYS,
  );
};

const trimHot = (handle: SqliteHandle, now: number): void => {
  handle.run('DELETE FROM hot_keys WHERE until <= ?', now);
  const surplus = handle.number('SELECT count(*) FROM hot_keys') - HOT_KEYS;
  if (surplus <= 0) return;
  handle.run(
    `DELETE FROM hot_keys WHERE (limit_name, key, tier) IN
       (SELECT limit_name, key, tier FROM hot_keys ORDER BY until LIMIT ?)`,
    surplus,
  );
};

const forgetOld = (handle: SqliteHandle, now: number): void => {
  handle.run('DELETE FROM usage_slots WHERE at <= ?', now - USAGE_KEPT);
  handle.run('DELETE FROM denied_keys WHERE hour <= ?', now - USAGE_KEPT);
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
        const [shadow, until, minute, current, previous] = row.slice(3) as number[];
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
): AsyncGenerator<UsageSlot> {
  let after: readonly [at: number, limit: string] = [from, ''];
  for (;;) {
    const slots = await access.read((handle) =>
      handle
        .all(
          `SELECT at, CAST(limit_name AS BLOB), allowed, denied, shadow_denied FROM usage_slots
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
): Promise<readonly DeniedKey[]> =>
  access.read((handle) =>
    handle
      .all(
        `SELECT ${ADDRESS}, sum(denied) FROM denied_keys WHERE hour >= ? AND hour < ?
         GROUP BY limit_name, key, tier ORDER BY sum(denied) DESC LIMIT ?`,
        from,
        until,
        count,
      )
      .map((row) => ({address: addressOf(row), denied: row[3] as number})),
  );

export const forgetHotKeys = (access: SqliteAccess, addresses: readonly RowAddress[]): Promise<void> =>
  access.write((handle) => {
    for (const {limit, key, tier} of addresses)
      handle.run(`DELETE FROM hot_keys WHERE ${AT}`, limit, key, tier);
  });

const addressOf = ([limit, key, tier]: readonly SqlValue[]): RowAddress => ({
  limit: textOfBlob(limit!),
  key: textOfBlob(key!),
  tier: textOfBlob(tier!),
});
