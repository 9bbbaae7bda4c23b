import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, inject, test} from 'vitest';
import {createLimiter} from '../../src/index.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import type {Store} from '../../src/store/port.ts';
import {schemaErrors} from '../support/json-schema-check.ts';
import {liveCli} from './live-cli.ts';

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'docs/json/status.schema.json'), 'utf8'),
) as Readonly<Record<string, unknown>>;

const separator = (url: string): string => (url.includes('?') ? '&' : '?');

const withStore = async (url: string, use: (store: Store) => Promise<unknown> = async () => {}) => {
  const store = await openStore(parseStoreUrl(url), {access: 'write'});
  await use(store).finally(() => store.close());
};

const PLACES = [
  ['Redis', () => `${inject('redisUrl')}?prefix=t${randomUUID().slice(0, 8)}:`, 'database and prefix'],
  [
    'Postgres',
    () => {
      const url = inject('databaseUrl');
      return `${url}${separator(url)}schema=t_${randomUUID().slice(0, 8)}`;
    },
    'database and schema',
  ],
] as const;

describe.each(PLACES)('status of %s', (_, urlOf, place) => {
  test('that nobody has used says so, and asks whether it is the right one', async () => {
    const url = urlOf();
    await withStore(url);
    const cli = liveCli({RATECTL_STORE: url});
    const {code, out} = await cli.run('status');
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, ' ')).toContain('nothing of ratectl is in this store');
    expect(out.replace(/\s+/g, ' ')).toContain(place);
    expect(out).not.toContain('no key is limited');
    expect((await cli.run('status', '-o', 'md')).out).toContain('nothing of ratectl');
    const json = JSON.parse((await cli.run('status', '--json')).out);
    expect(json.data.unused).toBe(true);
    expect(schemaErrors(schema, json)).toEqual([]);
  });

  test.each<[string, (url: string) => Promise<void>]>([
    [
      'an application',
      async (store) => {
        const limiter = await createLimiter({
          policy: {version: 1, limits: [{name: 'per-ip', key: '{ip}', rate: '1/s'}]},
          store,
        });
        await limiter.close();
      },
    ],
    [
      'an application that publishes no policy',
      (url) =>
        withStore(url, (store) =>
          store.record({limits: [{limit: 'per-ip', allowed: 3, denied: 0, shadowDenied: 0}], keys: []}),
        ),
    ],
    ['a token', (url) => withStore(url, (store) => store.put('token', 'google', {}))],
    ['a change by hand', (url) => withStore(url, (store) => store.append('audit', [{action: 'reset'}]))],
  ])('that %s has left a trace in says that no key is limited', async (_, use) => {
    const url = urlOf();
    await use(url);
    const cli = liveCli({RATECTL_STORE: url});
    expect((await cli.run('status')).out).toContain('no key is limited');
    expect(JSON.parse((await cli.run('status', '--json')).out).data.unused).toBeUndefined();
  });
});
