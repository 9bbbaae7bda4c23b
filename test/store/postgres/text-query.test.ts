import pg from 'pg';
import {afterEach, beforeEach, expect, inject, test} from 'vitest';
import type {Parameter, Statement, TextRows} from '../../../src/store/postgres/statement.ts';
import {TextQuery} from '../../../src/store/postgres/text-query.ts';

let client: pg.Client;
beforeEach(async () => {
  client = new pg.Client({connectionString: inject('databaseUrl')});
  await client.connect();
});
afterEach(() => client.end());

const ask = (statement: Statement, ...values: Parameter[]): Promise<TextRows> =>
  new Promise((resolve, reject) => {
    client.query(
      new TextQuery(statement, values, (error, rows) =>
        error === undefined ? resolve(rows) : reject(error),
      ),
    );
  });
const unnamed = (text: string): Statement => ({name: '', text});

test('rows come as the server wrote them, null as null', async () => {
  const text = 'select $1::float8, $2::text, $3::boolean, null union all select 2, $2, false, $4::text';
  const rows = await ask(unnamed(text), 1.5, 'ä\\"{}', true, 'x');
  expect(rows).toEqual([
    ['1.5', 'ä\\"{}', 't', null],
    ['2', 'ä\\"{}', 'f', 'x'],
  ]);
});

test('a named statement is prepared once', async () => {
  const named = {name: 'twice', text: 'select $1::int + 1'};
  expect(await ask(named, 1)).toEqual([['2']]);
  expect(await ask(named, 2)).toEqual([['3']]);
  const prepared = "select count(*) from pg_prepared_statements where name = 'twice'";
  expect(await ask(unnamed(prepared))).toEqual([['1']]);
});

test('a named statement that failed when it ran can be asked again', async () => {
  const named = {name: 'divides', text: 'select 6 / $1::int'};
  await expect(ask(named, 0)).rejects.toMatchObject({code: '22012'});
  expect(await ask(named, 2)).toEqual([['3']]);
});

test('a statement that is wrong is refused each time, and the connection goes on', async () => {
  const wrong = {name: 'wrong', text: 'select nothing'};
  await expect(ask(wrong, 1)).rejects.toMatchObject({code: '42703'});
  await expect(ask(wrong, 1)).rejects.toMatchObject({code: '42703'});
  expect(await ask(unnamed('select 1'))).toEqual([['1']]);
});

test('several statements in one text are run in their order; an error ends them', async () => {
  expect(await ask(unnamed("set statement_timeout = 4321; select 'a'; select 'b'"))).toEqual([['a'], ['b']]);
  expect(await ask(unnamed('show statement_timeout'))).toEqual([['4321ms']]);
  await expect(ask(unnamed('select 1; select 1 / 0'))).rejects.toMatchObject({code: '22012'});
  expect(await ask(unnamed('select 2'))).toEqual([['2']]);
});

test('an empty text has no rows', async () => {
  expect(await ask(unnamed(''))).toEqual([]);
});

test('a connection that was lost says so', async () => {
  client.on('error', () => {});
  const ended = new Promise((resolve) => client.once('end', () => resolve(undefined)));
  await expect(ask(unnamed('select pg_terminate_backend(pg_backend_pid())'))).rejects.toMatchObject({
    code: '57P01',
  });
  await ended;
  await expect(ask(unnamed('select 1'))).rejects.toThrow('not queryable');
});
