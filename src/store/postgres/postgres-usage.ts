import type {RowAddress} from '../../engine/live/check.ts';
import type {DeniedKey, DeniedSpan, HotKey, SlotWidth, UsageDelta, UsageSlot} from '../port.ts';
import {HOT_KEYS, lastMinute} from '../usage-window.ts';
import {bytesLiteral, numbersLiteral, textsLiteral} from './array-literal.ts';
import {rowId} from './row-id.ts';
import {nowSql, type Server, textOf} from './server.ts';
import type {Statement} from './statement.ts';

const PAGE = 1_000;

/** What happened, in the tables `usage_minutes`, `usage_hours`, `denied_by_hour`, `denied_by_day` and `hot`. */
export class PostgresUsage {
  readonly #server: Server;
  readonly #record: Statement;
  readonly #hot: Statement;
  readonly #slots: Readonly<Record<SlotWidth, Statement>>;
  readonly #denied: Readonly<Record<DeniedSpan, Statement>>;
  readonly #forget: Statement;
  readonly #trim: Statement;

  constructor(server: Server) {
    this.#server = server;
    const {schema} = server;
    this.#record = {
      name: 'ratectl_record',
      text: `select ${schema}.record($1::text[], $2::float8[], $3::float8[], $4::float8[],
        $5::bytea[], $6::text[], $7::bytea[], $8::bytea[], $9::text[], $10::float8[], $11::boolean[], $12::float8[], $13::float8)`,
    };
    this.#hot = {
      name: 'ratectl_hot',
      text: `with clock as materialized (select ${nowSql(1)} as now)
        select limit_name, key, tier, shape, shadow, until, minute, current, previous, (select now from clock)
        from ${schema}.hot where until > (select now from clock) order by until desc limit $2`,
    };
    const slots = (table: string): Statement => ({
      name: `ratectl_${table}`,
      text: `select at, limit_name, allowed, denied, shadow_denied from ${schema}.${table}
        where (at, limit_name) > ($1::float8, $2::text) and at >= $3::float8 and at < $4::float8 order by at, limit_name limit ${PAGE}`,
    });
    this.#slots = {minute: slots('usage_minutes'), hour: slots('usage_hours')};
    const denied = (table: string): Statement => ({
      name: `ratectl_${table}`,
      text: `select limit_name, key, tier, shape, sum(denied) as denied from ${schema}.${table}
        where at >= $1::float8 and at < $2::float8 group by id, limit_name, key, tier, shape order by 5 desc, id limit $3`,
    });
    this.#denied = {hour: denied('denied_by_hour'), day: denied('denied_by_day')};
    this.#forget = {name: 'ratectl_forget', text: `delete from ${schema}.hot where id = any($1::bytea[])`};
    this.#trim = {name: 'ratectl_trim_usage', text: `select ${schema}.trim_usage(${nowSql(1)})`};
  }

  async record({limits, keys}: UsageDelta): Promise<void> {
    const addresses = keys.map(({address}) => address);
    await this.#server.query(this.#record, [
      textsLiteral(limits.map(({limit}) => limit)),
      numbersLiteral(limits.map(({allowed}) => allowed)),
      numbersLiteral(limits.map(({denied}) => denied)),
      numbersLiteral(limits.map(({shadowDenied}) => shadowDenied)),
      bytesLiteral(addresses.map((address) => rowId(address).bytes)),
      textsLiteral(addresses.map(({limit}) => limit)),
      bytesLiteral(addresses.map(({key}) => Buffer.from(key))),
      bytesLiteral(addresses.map(({tier}) => Buffer.from(tier))),
      textsLiteral(addresses.map(({shape}) => shape)),
      numbersLiteral(keys.map(({denied}) => denied)),
      `{${keys.map(({shadow}) => (shadow ? 't' : 'f')).join(',')}}`,
      numbersLiteral(keys.map(({until}) => until)),
      this.#server.now(),
    ]);
  }

  async hot(count: number): Promise<readonly HotKey[]> {
    const rows = await this.#server.query(this.#hot, [this.#server.now(), Math.min(count, HOT_KEYS)]);
    return rows.map(([limit, key, tier, shape, shadow, until, minute, current, previous, now]) => ({
      address: addressOf(limit!, key!, tier!, shape!),
      shadow: shadow === 't',
      until: Number(until),
      deniedLastMinute: lastMinute(
        {minute: Number(minute), current: Number(current), previous: Number(previous)},
        Number(now),
      ),
    }));
  }

  async *slots(from: number, until: number, width: SlotWidth = 'minute'): AsyncGenerator<UsageSlot> {
    let after: [number, string] = [Number.NEGATIVE_INFINITY, ''];
    for (;;) {
      const rows = await this.#server.query(this.#slots[width], [...after, from, until]);
      for (const [at, limit, allowed, denied, shadowDenied] of rows) {
        yield {
          at: Number(at),
          limit: limit!,
          allowed: Number(allowed),
          denied: Number(denied),
          shadowDenied: Number(shadowDenied),
        };
      }
      if (rows.length < PAGE) return;
      const [at, limit] = rows.at(-1)!;
      after = [Number(at), limit!];
    }
  }

  async mostDenied(
    from: number,
    until: number,
    count: number,
    span: DeniedSpan = 'hour',
  ): Promise<readonly DeniedKey[]> {
    const rows = await this.#server.query(this.#denied[span], [from, until, count]);
    return rows.map(([limit, key, tier, shape, denied]) => ({
      address: addressOf(limit!, key!, tier!, shape!),
      denied: Number(denied),
    }));
  }

  async forget(addresses: readonly RowAddress[]): Promise<void> {
    for (let from = 0; from < addresses.length; from += PAGE) {
      const ids = addresses.slice(from, from + PAGE).map((address) => rowId(address).bytes);
      await this.#server.query(this.#forget, [bytesLiteral(ids)]);
    }
  }

  async sweep(): Promise<number> {
    const [row] = await this.#server.query(this.#trim, [this.#server.now()]);
    return Number(row![0]);
  }
}

const addressOf = (limit: string, key: string, tier: string, shape: string): RowAddress => ({
  limit,
  key: textOf(key),
  tier: textOf(tier),
  shape,
});
