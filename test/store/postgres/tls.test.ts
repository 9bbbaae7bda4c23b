import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Certificates, makeCertificates} from '../../support/servers/certificates.ts';
import {type PostgresServer, startPostgres} from '../../support/servers/postgres-server.ts';
import {openTestStore} from './postgres-place.ts';

let own: Certificates;
let other: Certificates;
let expired: Certificates;
let server: PostgresServer;
let late: PostgresServer;

beforeAll(async () => {
  // For another name: only verify-full looks at it.
  own = makeCertificates(['DNS:db.example.com']);
  other = makeCertificates(['IP:127.0.0.1']);
  expired = makeCertificates(['IP:127.0.0.1'], 'expired');
  late = await startPostgres({tls: expired});
  server = await startPostgres({
    tls: own,
    access: ['hostssl all tlsonly 127.0.0.1/32 trust', 'host all tlsonly 127.0.0.1/32 reject'],
  });
  await server.sql('create role tlsonly login superuser');
}, 60_000);
afterAll(async () => {
  await server?.stop();
  await late?.stop();
  expired?.remove();
  own?.remove();
  other?.remove();
});

describe('TLS as libpq has it', () => {
  const open = (query: string) => openTestStore(server.urlOf({user: 'tlsonly', query}));

  test.each([
    ['nothing said: used where the server speaks it', () => ''],
    ['prefer', () => 'sslmode=prefer'],
    ['require verifies nothing', () => 'sslmode=require'],
    ['verify-ca with the authority of the server', () => `sslmode=verify-ca&sslrootcert=${own.ca}`],
    ['require with an authority verifies it', () => `sslmode=require&sslrootcert=${own.ca}`],
  ])('%s', async (_name, query) => {
    const store = await open(query());
    expect(await store.generation()).toBe(0);
    await store.close();
  });

  test.each([
    ['disable, where the server wants it', () => 'sslmode=disable', /no encryption/],
    ['an unknown authority', () => `sslmode=verify-ca&sslrootcert=${other.ca}`, /no TLS connection/],
    ['an authority nobody named', () => 'sslmode=verify-full', /no TLS connection/],
    ['another name', () => `sslmode=verify-full&sslrootcert=${own.ca}`, /altnames|certificate/],
  ])('refuses %s', async (_name, query, message) => {
    await expect(open(query())).rejects.toMatchObject({kind: 'tls', message: expect.stringMatching(message)});
  });

  test('refuses a certificate that has expired, and says that the server needs a new one', async () => {
    const url = `${late.url}?sslmode=verify-full&sslrootcert=${expired.ca}`;
    await expect(openTestStore(url)).rejects.toMatchObject({
      kind: 'tls',
      message: expect.stringContaining('does not hold now'),
      hint: expect.stringContaining('the server needs a new one'),
    });
  });
});
