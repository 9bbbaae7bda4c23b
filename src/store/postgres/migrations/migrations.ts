import {changeFunctionSql} from './change-function.ts';
import {checkFunctionSql} from './check-function.ts';
import {checkOneFunctionSql} from './check-one-function.ts';
import {checkSetFunctionsSql} from './check-set-functions.ts';
import {queueFunctionsSql} from './queue-functions.ts';
import {queueTablesSql} from './queue-tables.ts';
import {releaseFunctionSql} from './release-function.ts';
import {tablesSql} from './tables.ts';
import {usageFunctionsSql} from './usage-functions.ts';

export interface MigrationOptions {
  /** Quoted. */
  readonly schema: string;
  readonly durability: 'logged' | 'unlogged';
}

export interface Migration {
  /** 1, 2, 3 …: never changed once released. */
  readonly version: number;
  readonly name: string;
  sql(options: MigrationOptions): string;
}

export const MIGRATIONS: readonly Migration[] = [
  {version: 1, name: 'tables', sql: ({schema, durability}) => tablesSql(schema, durability)},
  {
    version: 2,
    name: 'check',
    sql: ({schema}) => checkFunctionSql(schema) + checkOneFunctionSql(schema) + checkSetFunctionsSql(schema),
  },
  {
    version: 3,
    name: 'change, sweep and release',
    sql: ({schema}) => changeFunctionSql(schema) + releaseFunctionSql(schema),
  },
  {version: 4, name: 'usage', sql: ({schema}) => usageFunctionsSql(schema)},
  {version: 5, name: 'queues', sql: ({schema}) => queueTablesSql(schema) + queueFunctionsSql(schema)},
  {
    version: 6,
    name: 'token buckets that are never full',
    sql: ({schema}) => checkFunctionSql(schema) + checkOneFunctionSql(schema) + checkSetFunctionsSql(schema),
  },
  {
    version: 7,
    name: 'token buckets whose rate changed',
    sql: ({schema}) => checkFunctionSql(schema) + checkOneFunctionSql(schema) + checkSetFunctionsSql(schema),
  },
  {
    version: 8,
    name: 'costs of 0, and GCRA whose rate changed',
    sql: ({schema}) => checkFunctionSql(schema) + checkOneFunctionSql(schema) + checkSetFunctionsSql(schema),
  },
];

export const NEWEST = MIGRATIONS.at(-1)!.version;
