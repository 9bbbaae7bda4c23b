import {randomUUID} from 'node:crypto';
import {afterAll, beforeAll} from 'vitest';
import type {Store} from '../../../src/store/port.ts';
import {openPostgresStore} from '../../../src/store/postgres/open-postgres-store.ts';
import type {PostgresTarget, StoreOptions} from '../../../src/store/store-target.ts';
import {
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from '../../support/servers/postgres-server.ts';

/** A target as the URL parser makes it, for tests. */
export const targetOf = (url: string): PostgresTarget => {
  const {hostname, port, pathname, username, password, searchParams} = new URL(url);
  return {
    kind: 'postgres',
    hosts: [{host: hostname, port: Number(port)}],
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    parameters: new Map(searchParams),
  };
};

/** A schema that no other test has. */
export const randomSchema = (): string => `t_${randomUUID().slice(0, 8)}`;

/** A store in a schema of its own, or in the one that is named. */
export const openTestStore = (
  url: string,
  {schema = randomSchema(), ...options}: Partial<StoreOptions> & {readonly schema?: string} = {},
): Promise<Store> => {
  const target = targetOf(url);
  const parameters = new Map([['schema', schema], ...target.parameters]);
  return openPostgresStore({...target, parameters}, {access: 'write', ...options});
};

/** A server for the tests of a file. */
export const serverForTests = (options: PostgresOptions = {}): (() => PostgresServer) => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(options);
  }, 60_000);
  afterAll(() => server?.stop());
  return () => server!;
};
