import {MIGRATIONS} from './migrations/migrations.ts';
import {quotedName} from './schema-name.ts';

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

/** The statement that makes an index, beside the running applications; undefined: it comes with its table. */
export const indexStatement = (name: string, schema: string): string | undefined => {
  const statements = MIGRATIONS.flatMap((migration) =>
    migration.sql({schema: quotedName(schema), durability: 'logged'}).split(';'),
  );
  const found = statements
    .map((text) => text.trim())
    .find((text) => new RegExp(`^create (?:unique )?index ${name} `).test(text));
  return found === undefined ? undefined : `${found.replace(/ index /, ' index concurrently ')};`;
};

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
