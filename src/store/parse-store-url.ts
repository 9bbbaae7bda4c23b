import {isIPv6} from 'node:net';
import {resolve} from 'node:path';
import {type Location, RatectlError} from '../base/ratectl-error.ts';
import {didYouMean} from '../base/suggest.ts';
import {defaultStorePath} from './default-store-path.ts';
import type {Host, PostgresTarget, RedisTarget, StoreTarget} from './store-target.ts';
import {POSTGRES_PARAMETERS, REDIS_PARAMETERS, type UrlParameter} from './store-url-parameters.ts';
import {EXAMPLES, MEANT, REDIS, SCHEMES, type Topology} from './store-url-schemes.ts';

export interface ParseStoreUrlOptions {
  /** The place in the file that names the store. */
  readonly where?: Location;
  /** Relative paths are relative to this folder. @default the working folder */
  readonly folder?: string;
  /** For the default store. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What messages call it: `--store`, `RATECTL_STORE`. @default 'the store URL' */
  readonly name?: string;
}

const HINT =
  'store URLs are sqlite:PATH, redis://HOST, rediss://HOST, redis+cluster://HOST,HOST, redis+sentinel://HOST,HOST/SERVICE, postgres://HOST/DATABASE and memory:';

/** What is missing where it can be told. */
const SCHEMELESS: readonly {readonly when: RegExp; readonly hint: string}[] = [
  {
    when: /^(?:\.{0,2}\/|[^:@]*\.(?:db|sqlite3?)$)/,
    hint: 'a file is written with "sqlite:" before its path',
  },
  {when: /^(?:redis|valkey)s?\//i, hint: 'write redis://HOST, with ":" and "//"'},
  {when: /^postgres(?:ql)?\//i, hint: 'write postgres://HOST/DATABASE, with ":" and "//"'},
  {when: /:6379(?:\/\d*)?$/, hint: 'write redis:// before the host, or rediss:// for TLS'},
  {when: /:5432(?:\/[^/]*)?$/, hint: 'write postgres:// before the host, and /DATABASE behind it'},
];

const LONGEST = 8192;
const MOST_HOSTS = 64;

/** Takes one URL apart. Its messages hold nothing of the URL but the scheme: what cannot be parsed may be a password anywhere. */
class StoreUrlParser {
  readonly #name: string;
  readonly #options: ParseStoreUrlOptions;
  #scheme = '';

  constructor(options: ParseStoreUrlOptions) {
    this.#options = options;
    this.#name = options.name ?? 'the store URL';
  }

  parse(text: string): StoreTarget {
    const url = text.trim();
    if (url === '') this.#fail('is empty', HINT);
    if (url.length > LONGEST) this.#fail(`is longer than ${LONGEST} characters`, HINT);
    if (/[\u0000-\u001f\u007f]/.test(url))
      this.#fail('holds a control character', 'write it as %0A or the like');
    const found = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/)?/.exec(url);
    const scheme = found?.[1]?.toLowerCase() ?? '';
    const rest = url.slice(found?.[0].length ?? 0);
    if (found === null || (found[2] === undefined && !SCHEMES.includes(scheme))) this.#withoutScheme(url);
    if (!SCHEMES.includes(scheme)) this.#unknownScheme(scheme);
    this.#scheme = scheme;
    const slashes = found![2] !== undefined;
    if (scheme === 'memory') {
      if (rest !== '') this.#fail('has something after "memory:"', 'write memory: alone');
      return {kind: 'memory'};
    }
    if (scheme === 'sqlite') return this.#sqlite(rest, slashes);
    if (!slashes) this.#fail(`expected "//" after "${scheme}:"`, `for example ${EXAMPLES.get(scheme)}`);
    const redis = REDIS.get(scheme);
    return redis === undefined ? this.#postgres(rest) : this.#redis(rest, redis.topology, redis.tls);
  }

  #sqlite(rest: string, slashes: boolean): StoreTarget {
    const folder = this.#options.folder ?? process.cwd();
    if (rest === '') return {kind: 'sqlite', path: defaultStorePath(folder, this.#options.env)};
    if (rest.startsWith('~/')) this.#fail('begins with "~", which stands for nothing here', 'write $HOME/…');
    if (rest === ':memory:') this.#fail('names no file', 'a store that is gone with the process is memory:');
    if (slashes && !rest.startsWith('/'))
      this.#fail(
        'expected a path after "sqlite:"',
        'write sqlite:state.db or sqlite:/var/lib/state.db, without "//"',
      );
    return {kind: 'sqlite', path: resolve(folder, rest)};
  }

  #redis(rest: string, kind: Topology, tls: boolean): RedisTarget {
    const parts = this.#parts(rest);
    const {username, password} = this.#user(parts.user);
    const hosts = this.#hosts(parts.hosts, kind === 'sentinel' ? 26_379 : 6_379);
    if (kind === 'single' && hosts.length > 1)
      this.#fail(
        'names several hosts',
        `for a Cluster write ${this.#scheme}+cluster://, for Sentinels ${this.#scheme}+sentinel://HOST,HOST/SERVICE`,
      );
    const path = parts.path.split('/').filter((part, i, all) => part !== '' || i < all.length - 1);
    const service = kind === 'sentinel' ? this.#decode(path.shift() ?? '', 'the service name') : undefined;
    if (service === '')
      this.#fail(
        'names no service',
        'Sentinels know the primary by a name: redis+sentinel://HOST,HOST/SERVICE',
      );
    if (path.length > 1) this.#fail('has more after the database number', undefined);
    const database = this.#database(path[0]);
    if (kind === 'cluster' && database !== 0)
      this.#fail('names a database, and a Cluster has number 0 only', 'leave the number out');
    const parameters = this.#parameters(parts.query, REDIS_PARAMETERS);
    const ignored = tls ? undefined : REDIS_PARAMETERS.find(({name, tls}) => tls && parameters.has(name));
    if (ignored !== undefined)
      this.#fail(
        `has the parameter "${ignored.name}", and no TLS that it could be for`,
        `write ${this.#scheme.replace('redis', 'rediss')}://, or leave it out`,
      );
    const topology =
      service === undefined ? {kind: kind as 'single' | 'cluster'} : {kind: 'sentinel' as const, service};
    return {kind: 'redis', topology, hosts, tls, username, password, database, parameters};
  }

  #database(text: string | undefined): number {
    if (text === undefined) return 0;
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text))
      this.#fail(
        'has no database number after the host',
        'write the number alone: redis://HOST/0; a "/" in a password is %2F',
      );
    return value;
  }

  #postgres(rest: string): PostgresTarget {
    const parts = this.#parts(rest);
    const {username, password} = this.#user(parts.user);
    const hosts = this.#hosts(parts.hosts, 5_432);
    const name = this.#decode(parts.path, 'the database name');
    if (parts.path.includes('/'))
      this.#fail('has a "/" in the database name', 'a "/" in a name or password is %2F');
    const parameters = this.#parameters(parts.query, POSTGRES_PARAMETERS);
    return {
      kind: 'postgres',
      hosts,
      username,
      password,
      database: name === '' ? undefined : name,
      parameters,
    };
  }

  /** `[user@]hosts[/path][?query]`. An "@" behind the hosts is a sign that a password cut the URL short. */
  #parts(rest: string): {user: string | undefined; hosts: string; path: string; query: string} {
    const end = rest.search(/[/?#]/);
    const authority = end < 0 ? rest : rest.slice(0, end);
    const tail = end < 0 ? '' : rest.slice(end);
    if (tail.includes('@') || tail.includes('#'))
      this.#fail(
        'holds a "/", "?", "#" or "@" where none can be',
        'in user names and passwords write "/" as %2F, "?" as %3F, "#" as %23 and "@" as %40, or keep the password in a passwordFile',
      );
    const at = authority.lastIndexOf('@');
    const query = tail.indexOf('?');
    return {
      user: at < 0 ? undefined : authority.slice(0, at),
      hosts: authority.slice(at + 1),
      path: (query < 0 ? tail : tail.slice(0, query)).replace(/^\//, ''),
      query: query < 0 ? '' : tail.slice(query + 1),
    };
  }

  #user(text: string | undefined): {username: string | undefined; password: string | undefined} {
    if (text === undefined) return {username: undefined, password: undefined};
    const colon = text.indexOf(':');
    const name = this.#decode(colon < 0 ? text : text.slice(0, colon), 'the user name');
    const password = colon < 0 ? '' : this.#decode(text.slice(colon + 1), 'the password');
    return {username: name === '' ? undefined : name, password: password === '' ? undefined : password};
  }

  #hosts(text: string, port: number): readonly Host[] {
    if (text === '') this.#fail('names no host', `for example ${EXAMPLES.get(this.#scheme)}`);
    const hosts = text.split(',');
    if (hosts.length > MOST_HOSTS) this.#fail(`names more than ${MOST_HOSTS} hosts`, undefined);
    return hosts.map((host) => this.#host(host, port));
  }

  #host(text: string, defaultPort: number): Host {
    const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
    const plain = /^([^:[\]]*)(?::([^:]*))?$/.exec(text);
    const [, name = '', port] =
      bracketed ??
      plain ??
      this.#fail(
        'holds a host that is neither a name nor an address',
        'an IPv6 address is written in brackets: [2001:db8::1]:6379',
      );
    if (name === '') this.#fail('has an empty host', `for example ${EXAMPLES.get(this.#scheme)}`);
    // A folder with the server's socket, as Postgres takes it.
    const host = bracketed ? name : this.#decode(name, 'a host');
    const socket = this.#scheme.startsWith('postgres') && host.startsWith('/');
    if (bracketed ? !isIPv6(name) : !socket && !/^[\p{L}\p{N}_.-]{1,253}$/u.test(host))
      this.#fail(
        'holds a host that is neither a name nor an address',
        'a host is a name such as cache.example.com, 10.0.0.1 or [2001:db8::1]',
      );
    if (port === undefined || port === '') return {host, port: defaultPort};
    const number = Number(port);
    if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65_535)
      this.#fail(
        'has a port that is not a number from 1 to 65535',
        'a ":" or "@" in a password is %3A or %40',
      );
    return {host, port: number};
  }

  #parameters(query: string, known: readonly UrlParameter[]): ReadonlyMap<string, string> {
    const parameters = new Map<string, string>();
    for (const pair of query.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = this.#decode(equals < 0 ? pair : pair.slice(0, equals), 'a parameter');
      const value = equals < 0 ? 'true' : this.#decode(pair.slice(equals + 1), 'a parameter');
      const parameter = known.find((one) => one.name === name) ?? this.#unknownParameter(name, known);
      if (parameters.has(name)) this.#fail(`has the parameter "${name}" twice`, undefined);
      if (parameter.values?.includes(value) === false)
        this.#fail(`has a parameter "${name}" that is none of ${parameter.values.join(', ')}`, undefined);
      if (value === '') this.#fail(`has a parameter "${name}" without a value`, `write ${name}=VALUE`);
      const isPath = parameter.path === true && value !== parameter.word;
      parameters.set(name, isPath ? resolve(this.#options.folder ?? process.cwd(), value) : value);
    }
    return parameters;
  }

  #unknownParameter(name: string, known: readonly UrlParameter[]): never {
    if (/^(?:ssl)?(?:pass(?:word)?|auth|pwd|secret|user(?:name)?)$/i.test(name))
      this.#fail(
        'has a user or password among its parameters',
        'the user comes before the host (redis://USER@HOST), the password from a passwordFile or RATECTL_PASSWORD',
      );
    const names = known.map((one) => one.name);
    const synonym = known.find((one) => one.alsoCalled?.includes(name.toLowerCase()));
    const suggestion = synonym === undefined ? didYouMean(name, names) : ` (did you mean "${synonym.name}"?)`;
    // A name that is near to none may be a part of a password.
    const shown = suggestion === '' ? 'an unknown parameter' : `the unknown parameter "${name}"`;
    this.#fail(`has ${shown}${suggestion}`, `parameters are ${names.join(', ')}`);
  }

  #decode(text: string, what: string): string {
    try {
      const decoded = decodeURIComponent(text);
      if (!decoded.includes('\0')) return decoded;
    } catch {
      // Said below, for both.
    }
    return this.#fail(`has a "%" in ${what} that begins no character`, 'write "%" itself as %25');
  }

  #withoutScheme(url: string): never {
    // Nothing of it is shown: it may be a password alone.
    const hint = SCHEMELESS.find(({when}) => when.test(url))?.hint ?? HINT;
    return this.#fail('has no scheme such as "redis://" or "sqlite:"', hint);
  }

  #unknownScheme(scheme: string): never {
    const meant = MEANT.get(scheme);
    const suggestion = meant === undefined ? didYouMean(scheme, SCHEMES) : ` (did you mean "${meant}"?)`;
    return this.#fail(`has the unknown scheme "${scheme.slice(0, 40)}"${suggestion}`, HINT);
  }

  #fail(message: string, hint: string | undefined): never {
    const shown =
      this.#scheme === ''
        ? ''
        : ` ${this.#scheme}:${this.#scheme === 'sqlite' || this.#scheme === 'memory' ? '' : '//'}…`;
    const {where} = this.#options;
    throw new RatectlError(`${this.#name}${shown} ${message}`, {
      code: 'store/url',
      ...(hint === undefined ? {} : {hint}),
      ...(where === undefined ? {} : {where}),
    });
  }
}

/**
 * Takes the URL of a store apart: `sqlite:PATH`, `redis://`, `rediss://`, `redis+cluster://`, `redis+sentinel://`, `postgres://`
 * or `memory:`. User and password are percent-decoded; ports have their defaults. Throws a RatectlError (exit 2) that shows
 * of the URL no more than its scheme.
 */
export const parseStoreUrl = (text: string, options: ParseStoreUrlOptions = {}): StoreTarget =>
  new StoreUrlParser(options).parse(text);
