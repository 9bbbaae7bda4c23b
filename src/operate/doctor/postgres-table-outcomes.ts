import type {TableFacts} from '../../store/examination.ts';
import {quotedName} from '../../store/postgres/schema-name.ts';
import {bytesText, percentOf, plural, spanOf} from './amounts.ts';
import {bytes, count, found, type Outcome, ok, share, span, text} from './rule.ts';

const LEAST_DEAD = 10_000;
const BLOATED = 0.5;
const VERY_BLOATED = 2;

/** Of the server. */
export const autovacuumOf = (set: ReadonlyMap<string, string>, url: string): Outcome => {
  const off = ['autovacuum', 'track_counts'].filter((name) => set.get(name) === 'off');
  if (off.length === 0) return ok();
  return found(
    'warning',
    `${off.join(' and ')} ${off.length === 1 ? 'is' : 'are'} off: nothing removes dead rows`,
    {
      where: url,
      evidence: off.map((name) => text(name, 'off')),
      next: `ALTER SYSTEM SET ${off[0]} = on; SELECT pg_reload_conf();`,
    },
  );
};

/** Of a table by itself. */
export const tableAutovacuumOf = ({name, autovacuum}: TableFacts, schema: string): Outcome =>
  autovacuum
    ? ok()
    : found('warning', `autovacuum leaves ${name} out: nothing removes its dead rows`, {
        where: `${schema}.${name}`,
        evidence: [text('autovacuum_enabled', 'off')],
        next: `ALTER TABLE ${quotedName(schema)}.${name} RESET (autovacuum_enabled);`,
      });

export const bloatOf = (
  {name, live, dead, bytes: size, vacuumedAt}: TableFacts,
  schema: string,
  now: number,
): Outcome => {
  const ratio = dead / Math.max(1, live);
  if (dead < LEAST_DEAD || ratio < BLOATED) return ok();
  const vacuumed = vacuumedAt === undefined ? 'never' : `${spanOf(Math.max(0, now - vacuumedAt))} ago`;
  return found(
    ratio < VERY_BLOATED ? 'note' : 'warning',
    `${name} holds ${plural(dead, 'dead row')} beside ${live.toLocaleString('en-US')} (${percentOf(ratio)}, ${bytesText(size)}); last vacuumed: ${vacuumed}`,
    {
      where: `${schema}.${name}`,
      evidence: [
        count('dead rows', dead),
        count('live rows', live),
        share('dead to live', ratio),
        bytes('size', size),
        ...(vacuumedAt === undefined ? [] : [span('since vacuum', now - vacuumedAt)]),
      ],
      next: `VACUUM (VERBOSE) ${quotedName(schema)}.${name}; -- what holds it back stands under postgres/transactions`,
    },
  );
};
