import {MIGRATIONS} from './migrations/migrations.ts';

/** Names of what the migrations make, without the schema. */
export interface ExpectedObjects {
  readonly tables: readonly string[];
  /** Those of primary keys included. */
  readonly indexes: readonly string[];
  readonly functions: readonly string[];
}

const SCHEMA = '"s"';

/** Read from the statements themselves, so that it cannot be another list than theirs. */
export const expectedObjects = (): ExpectedObjects => {
  const sql = MIGRATIONS.map((migration) => migration.sql({schema: SCHEMA, durability: 'logged'})).join('\n');
  const tables = [...sql.matchAll(/create table "s"\.([a-z_]+) \(([\s\S]*?)\n\)|create table "s"\.([a-z_]+) \((.*)\);/g)];
  const named = (pattern: RegExp): readonly string[] => [
    ...new Set([...sql.matchAll(pattern)].map(([, name]) => name!)),
  ];
  return {
    tables: named(/create table "s"\.([a-z_]+) /g),
    indexes: [
      ...named(/create (?:unique )?index ([a-z_]+) on "s"\./g),
      ...tables
        .filter(([text]) => text.includes('primary key'))
        .map((found) => `${found[1] ?? found[3]}_pkey`),
    ],
    functions: named(/create (?:or replace )?function "s"\.([a-z_0-9]+)\(/g),
  };
};
