import {MIGRATIONS} from './migrations/migrations.ts';

/** Names of what the migrations make, without the schema. */
export interface ExpectedObjects {
  readonly tables: readonly string[];
  /** Those of primary keys included. */
  readonly indexes: readonly string[];
  readonly functions: readonly string[];
}

const TABLE = /create table "s"\.([a-z_]+) \([^;]*;/g;
const INDEX = /create (?:unique )?index ([a-z_]+) on "s"\./g;
const FUNCTION = /create (?:or replace )?function "s"\.([a-z_0-9]+)\(/g;

/** Read from the statements themselves, so that it cannot be another list than theirs. */
export const expectedObjects = (): ExpectedObjects => {
  const sql = MIGRATIONS.map((migration) => migration.sql({schema: '"s"', durability: 'logged'})).join('\n');
  const tables = [...sql.matchAll(TABLE)];
  const keyed = tables.filter(([text]) => text.includes('primary key'));
  const named = (pattern: RegExp): readonly string[] => [
    ...new Set([...sql.matchAll(pattern)].map(([, name]) => name!)),
  ];
  return {
    tables: tables.map(([, name]) => name!),
    indexes: [...named(INDEX), ...keyed.map(([, name]) => `${name}_pkey`)],
    functions: named(FUNCTION),
  };
};
