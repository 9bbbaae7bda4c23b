import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, onTestFinished, test} from 'vitest';
import {isRatectlError, type RatectlError} from '../../src/base/ratectl-error.ts';
import {defaultStorePath} from '../../src/store/default-store-path.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {redactedUrl} from '../../src/store/redacted-url.ts';
import type {StoreTarget} from '../../src/store/store-target.ts';

const parse = (text: string): StoreTarget =>
  parseStoreUrl(text, {folder: '/project', env: {HOME: '/users/me'}});

const failure = (text: string): RatectlError => {
  try {
    parse(text);
  } catch (error) {
    if (isRatectlError(error)) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
};

const REDIS = {
  kind: 'redis',
  topology: {kind: 'single'},
  tls: false,
  username: undefined,
  password: undefined,
  database: 0,
  parameters: new Map(),
};
const POSTGRES = {
  kind: 'postgres',
  username: undefined,
  password: undefined,
  database: undefined,
  parameters: new Map(),
};

describe('a store URL', () => {
  test.each([
    ['memory:', {kind: 'memory'}],
    ['sqlite:state.db', {kind: 'sqlite', path: '/project/state.db'}],
    ['sqlite:../a b/ü?x#y.db', {kind: 'sqlite', path: '/a b/ü?x#y.db'}],
    ['sqlite:/var/lib/s.db', {kind: 'sqlite', path: '/var/lib/s.db'}],
    ['sqlite:///var/lib/s.db', {kind: 'sqlite', path: '/var/lib/s.db'}],
    ['redis://cache', {...REDIS, hosts: [{host: 'cache', port: 6379}]}],
    ['  REDIS://cache/\n', {...REDIS, hosts: [{host: 'cache', port: 6379}]}],
    ['redis://[2001:db8::1]:7000/3', {...REDIS, hosts: [{host: '2001:db8::1', port: 7000}], database: 3}],
    [
      'rediss://ops:p%40%3A%2F%3F%23%5B%5D%25@cache:1?prefix=r%26l&insecure',
      {
        ...REDIS,
        tls: true,
        hosts: [{host: 'cache', port: 1}],
        username: 'ops',
        password: 'p@:/?#[]%',
        parameters: new Map([
          ['prefix', 'r&l'],
          ['insecure', 'true'],
        ]),
      },
    ],
    // Without a doubt about where it ends, a raw "@" or ":" in a password does no harm.
    ['redis://:a@b:c@cache', {...REDIS, hosts: [{host: 'cache', port: 6379}], password: 'a@b:c'}],
    [
      'redis+cluster://a:7000,b',
      {
        ...REDIS,
        topology: {kind: 'cluster'},
        hosts: [
          {host: 'a', port: 7000},
          {host: 'b', port: 6379},
        ],
      },
    ],
    [
      'rediss+sentinel://s1,[::1]/my%20master/2?ca=ca.pem',
      {
        ...REDIS,
        tls: true,
        topology: {kind: 'sentinel', service: 'my master'},
        hosts: [
          {host: 's1', port: 26379},
          {host: '::1', port: 26379},
        ],
        database: 2,
        parameters: new Map([['ca', '/project/ca.pem']]),
      },
    ],
    ['postgres://db', {...POSTGRES, hosts: [{host: 'db', port: 5432}]}],
    [
      'postgresql://me:pw@a:1,b:2/my%2Fapp?sslmode=verify-full&schema=rl',
      {
        ...POSTGRES,
        hosts: [
          {host: 'a', port: 1},
          {host: 'b', port: 2},
        ],
        username: 'me',
        password: 'pw',
        database: 'my/app',
        parameters: new Map([
          ['sslmode', 'verify-full'],
          ['schema', 'rl'],
        ]),
      },
    ],
    [
      'postgres://db?sslrootcert=system&pgbouncer',
      {
        ...POSTGRES,
        hosts: [{host: 'db', port: 5432}],
        parameters: new Map([
          ['sslrootcert', 'system'],
          ['pgbouncer', 'true'],
        ]),
      },
    ],
    [
      'postgres://%2Fvar%2Frun%2Fpostgresql/app',
      {...POSTGRES, hosts: [{host: '/var/run/postgresql', port: 5432}], database: 'app'},
    ],
  ])('%s', (text, target) => expect(parse(text)).toEqual(target));

  test.each([
    ['', 'is empty'],
    ['localhost:6379', 'has no scheme'],
    ['./state.db', 'has no scheme'],
    ['redsi://h', 'has the unknown scheme "redsi" (did you mean "redis"?)'],
    ['valkeys://h', 'has the unknown scheme "valkeys" (did you mean "rediss"?)'],
    ['http://h', 'has the unknown scheme "http"'],
    ['memory:x', 'memory:… has something after "memory:"'],
    ['sqlite::memory:', 'sqlite:… names no file'],
    ['sqlite://state.db', 'expected a path after "sqlite:"'],
    ['sqlite:~/state.db', 'begins with "~"'],
    ['redis:h', 'expected "//" after "redis:"'],
    ['redis://', 'names no host'],
    ['redis://a,,b', 'has an empty host'],
    ['redis://a,b', 'names several hosts'],
    ['redis://h:0', 'has a port that is not a number from 1 to 65535'],
    ['redis://h:65536', 'has a port that is not'],
    ['redis://2001:db8::1', 'holds a host that is neither'],
    ['redis://[::g]', 'holds a host that is neither'],
    ['redis://h h', 'holds a host that is neither'],
    ['redis://h/x', 'has no database number'],
    ['redis://h/1/2', 'has more after the database number'],
    ['redis://h%zz', 'has a "%" in a host that begins no character'],
    ['redis://u:%ff@h', 'has a "%" in the password that begins no character'],
    ['redis+cluster://h/1', 'names a database, and a Cluster has number 0 only'],
    ['redis+sentinel://h', 'names no service'],
    ['redis://h?prefx=a', 'has the unknown parameter "prefx" (did you mean "prefix"?)'],
    ['postgres://h/d?sslmod=x', '(did you mean "sslmode"?)'],
    ['postgres://h/d?search_path=x', '(did you mean "schema"?)'],
    ['postgres://h/d?sslmode=on', 'that is none of disable, prefer, require, verify-ca, verify-full'],
    ['postgres://h/a/b', 'has a "/" in the database name'],
    ['redis://h?prefix=a&prefix=b', 'has the parameter "prefix" twice'],
    ['redis://h?prefix=', 'has a parameter "prefix" without a value'],
    ['redis://h?password=hunter2', 'has a user or password among its parameters'],
    ['redis://h/0#x', 'holds a "/", "?", "#" or "@" where none can be'],
    ['redis://u:hun/ter2@h', 'holds a "/", "?", "#" or "@" where none can be'],
    ['redis://h\u001b[31m', 'holds a control character'],
    [`redis://${'h'.repeat(1_000_000)}`, 'is longer than 8192 characters'],
    [`redis://${'h,'.repeat(100)}h`, 'names more than 64 hosts'],
  ])('%.60s: is refused with exit 2', (text, message) => {
    const error = failure(text);
    expect(error.message).toContain(message);
    expect(error.exit).toBe(2);
    expect(`${error.message}${error.hint}`.length).toBeLessThan(500);
    expect(error.message).not.toContain('hunter2');
  });

  test('the message says where the URL stands, and what it is called', () => {
    const where = {file: 'config.yaml', line: 3, column: 5};
    expect(() => parseStoreUrl('redis://', {where})).toThrow(expect.objectContaining({where}));
    expect(() => parseStoreUrl('', {name: 'RATECTL_STORE'})).toThrow('RATECTL_STORE is empty');
  });
});

describe('properties', () => {
  const SECRET = 'Zq7wX9';
  /** Text with a secret in it and everything that may cut a URL in two. */
  const secretive = fc
    .tuple(
      fc.string({maxLength: 5, unit: fc.constantFrom(...'@:/?#[]%&=,;+ \n\u001bé"')}),
      fc.string({maxLength: 3}),
    )
    .map(([a, b]) => `${a}${SECRET}${b}${SECRET}${a}`);
  const SCHEMES = [
    'redis://',
    'rediss+cluster://',
    'redis+sentinel://',
    'postgres://',
    'REDIS://',
    'mysql://',
    '',
  ];

  test('whatever is wrong with a URL, no message shows a password of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SCHEMES),
        fc.constantFrom('', ':', 'user:', 'u%zz:', 'a@b:'),
        secretive,
        fc.constantFrom(
          '',
          '@',
          '@host',
          '@host:99999',
          '@host/db/x?y=1',
          '@[::1',
          '@h?prefix',
          '/',
          '@h#f',
          '@h,',
        ),
        (scheme, user, secret, rest) => {
          try {
            const target = parse(`${scheme}${user}${secret}${rest}`);
            // What stands where the user or a host belongs is one, and is shown.
            if ('password' in target && target.password?.includes(SECRET) === true) {
              const hosts = [{host: 'h', port: 1}];
              expect(redactedUrl({...target, username: undefined, hosts})).not.toContain(SECRET);
            }
          } catch (error) {
            if (!isRatectlError(error)) throw error;
            expect(error.exit).toBe(2);
            expect(`${error.message} ${error.hint}`).not.toContain(SECRET);
            expect(`${error.message} ${error.hint}`).not.toContain('\u001b');
          }
        },
      ),
      {numRuns: 3000, seed: 1},
    );
  });

  test('any text is a store or a RatectlError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.webUrl({withQueryParameters: true})), (text) => {
        for (const scheme of SCHEMES) {
          try {
            parse(scheme + text);
          } catch (error) {
            if (!isRatectlError(error)) throw error;
          }
        }
      }),
      {numRuns: 1000, seed: 2},
    );
  });

  test('what is shown of a store is a URL of the same store, without the password', () => {
    const name = fc
      .string({minLength: 1, maxLength: 12})
      .filter((text) => text.isWellFormed() && !text.includes('\0'));
    const host = fc.record({
      host: fc.constantFrom('cache', '10.0.0.1', '2001:db8::1', 'müller.example'),
      port: fc.integer({min: 1, max: 65_535}),
    });
    const user = {username: fc.option(name, {nil: undefined}), password: fc.option(name, {nil: undefined})};
    const parameters = fc.option(
      name.filter((text) => text.trim() === text),
      {nil: undefined},
    );
    const redis = fc.record({
      kind: fc.constant('redis' as const),
      topology: fc.oneof(
        fc.constant({kind: 'single' as const}),
        fc.record({kind: fc.constant('sentinel' as const), service: name}),
      ),
      hosts: fc.tuple(host),
      tls: fc.boolean(),
      ...user,
      database: fc.nat({max: 15}),
      parameters: parameters.map((prefix) => new Map(prefix === undefined ? [] : [['prefix', prefix]])),
    });
    const postgres = fc.record({
      kind: fc.constant('postgres' as const),
      hosts: fc.array(host, {minLength: 1, maxLength: 3}),
      ...user,
      database: fc.option(name, {nil: undefined}),
      parameters: parameters.map((schema) => new Map(schema === undefined ? [] : [['schema', schema]])),
    });
    fc.assert(
      fc.property(fc.oneof(redis, postgres), (target) => {
        const shown = redactedUrl(target);
        expect(shown).toMatch(/^[\x21-\x7eü]*$/);
        const password = target.password === undefined ? undefined : '***';
        expect(parse(shown)).toEqual({...target, password});
      }),
      {numRuns: 1000, seed: 3},
    );
  });
});

describe('the default store', () => {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), 'ratectl-default-'));
    onTestFinished(() => rmSync(path, {recursive: true}));
    return path;
  };

  test('is in the nearest .ratectl upwards, else in this folder', () => {
    const root = folder();
    const below = join(root, 'a', 'b');
    mkdirSync(below, {recursive: true});
    expect(defaultStorePath(below, {})).toBe(join(below, '.ratectl', 'state.db'));
    mkdirSync(join(root, '.ratectl'));
    expect(defaultStorePath(below, {})).toBe(join(root, '.ratectl', 'state.db'));
    expect(parseStoreUrl('sqlite:', {folder: below})).toEqual({
      kind: 'sqlite',
      path: join(root, '.ratectl', 'state.db'),
    });
  });

  test('is in the XDG state folder where the project cannot be written', () => {
    expect(defaultStorePath('/proc/self', {HOME: '/users/me'})).toBe(
      '/users/me/.local/state/ratectl/state.db',
    );
    expect(defaultStorePath('/proc/self', {HOME: '/users/me', XDG_STATE_HOME: '/s'})).toBe(
      '/s/ratectl/state.db',
    );
    expect(defaultStorePath('/proc/self', {HOME: '/users/me', XDG_STATE_HOME: 'relative'})).toBe(
      '/users/me/.local/state/ratectl/state.db',
    );
  });
});
