import {quoted, safeExcerpt} from '../../base/safe-text.ts';
import {StoreError, type StoreErrorKind} from '../store-error.ts';
import type {RedisTarget} from '../store-target.ts';

export interface FailureContext {
  readonly target: RedisTarget;
  /** The URL without any secret. */
  readonly url: string;
  /** What the connection said last: ioredis rejects commands with "Connection is closed." only. */
  readonly lastError: unknown;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

interface Rule {
  readonly when: RegExp;
  readonly kind: StoreErrorKind;
  readonly says: (found: Found) => string;
  readonly hint: (found: Found) => string;
}

interface Found extends FailureContext {
  readonly message: string;
  /** The key that the command was about, as far as the driver says. */
  readonly key: string | undefined;
}

/** What a command of the application may do is in rights.ts. */
const RIGHTS_HINT = 'give the user the rights listed in docs/stores.md, "Redis and Valkey"';
const plainScheme = ({target}: Found): string =>
  `redis${target.topology.kind === 'single' ? '' : `+${target.topology.kind}`}://`;
const tlsScheme = (found: Found): string => plainScheme(found).replace('redis', 'rediss');

/** By error code, then message; the first that fits. */
const RULES: readonly Rule[] = [
  {
    when: /^(NOAUTH|WRONGPASS)|invalid (username-)?password|AUTH failed/i,
    kind: 'denied',
    says: ({target}) => (target.password === undefined ? 'a password is needed' : 'wrong user or password'),
    hint: () => 'check user and password: in the URL, in RATECTL_PASSWORD, or passwordFile of the context',
  },
  {
    when: /^NOPERM/,
    kind: 'rights',
    says: ({message}) => `the user may not do this: ${excerpt(message.replace(/^NOPERM /, ''))}`,
    hint: () => RIGHTS_HINT,
  },
  {
    when: /\bWRONGTYPE\b|wrong kind of value/,
    kind: 'foreign',
    says: ({key}) =>
      key === undefined
        ? 'something under the prefix of the store is of a type that ratectl did not write'
        : `the key ${quoted(key, 120)} holds something that ratectl did not write`,
    hint: () => 'use another prefix (?prefix=NAME: in the URL of the store), or remove that key',
  },
  {
    when: /^READONLY/,
    kind: 'rights',
    says: () => 'the server is a read-only replica',
    hint: () => 'use the address of the primary, or redis+sentinel://',
  },
  {
    when: /No such master|connected to sentinel .* invalid reply/,
    kind: 'wrong-database',
    says: ({target}) => `the Sentinels do not know the service ${serviceOf(target)}`,
    hint: () => 'check the service name behind the hosts: SENTINEL MASTERS lists them',
  },
  {
    when: /^Unknown RESP type 21\b/,
    kind: 'tls',
    says: () => 'the server speaks TLS',
    hint: (found) => `use ${tlsScheme(found)}`,
  },
  {
    when: /^Unknown RESP type|^Protocol error|^ERR unknown command.*INFO/,
    kind: 'server',
    says: () => 'what answers there is not Redis',
    hint: () => 'check host and port',
  },
  {
    when: /ALTNAME_INVALID|does not match certificate/,
    kind: 'tls',
    says: ({message}) => `the certificate is for another name: ${excerpt(message)}`,
    hint: () => 'use the name in the certificate, or say it with ?tls-server-name=NAME',
  },
  {
    when: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has expired|is not yet valid)/i,
    kind: 'tls',
    says: ({message}) => `the server's certificate does not hold now: ${excerpt(message)}`,
    hint: () => 'the server needs a new one; if it has one, compare the clocks',
  },
  {
    when: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_|self.signed/i,
    kind: 'tls',
    says: ({message}) => `the certificate cannot be trusted: ${excerpt(message)}`,
    hint: ({target}) =>
      target.parameters.has('ca')
        ? 'it was not signed by an authority in the file of ?ca='
        : 'give the authority that signed it with ?ca=FILE',
  },
  {
    when: /certificate required|handshake failure|alert (bad|unknown|unsupported)/i,
    kind: 'tls',
    says: ({message}) => `the server refused the TLS connection: ${excerpt(message)}`,
    hint: () => 'the server may want a client certificate: ?cert=FILE&key=FILE',
  },
  {
    when: /ERR_SSL|EPROTO|wrong version number|secure TLS connection/i,
    kind: 'tls',
    says: () => 'the server does not speak TLS',
    hint: (found) => `use ${plainScheme(found)}, or the port for TLS`,
  },
  {
    when: /DB index is out of range|invalid DB index/,
    kind: 'wrong-database',
    says: ({target}) => `the server has no database ${target.database}`,
    hint: () => 'most servers have the databases 0 to 15; a Cluster has only 0',
  },
  {
    when: /^MOVED/,
    kind: 'wrong-database',
    says: () => 'the server is a node of a Redis Cluster',
    hint: ({target}) => `use redis${target.tls ? 's' : ''}+cluster://`,
  },
  {
    when: /cluster support disabled/,
    kind: 'wrong-database',
    says: () => 'the server is not a node of a Redis Cluster',
    hint: ({target}) => `use redis${target.tls ? 's' : ''}://`,
  },
  {
    when: /^(LOADING|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN)/,
    kind: 'unreachable',
    says: ({message}) => `the server is not ready: ${excerpt(message)}`,
    hint: () => 'try again in a moment',
  },
  {
    when: /^(OOM|MISCONF|NOREPLICAS)/,
    kind: 'server',
    says: ({message}) => `the server takes no writes: ${excerpt(message)}`,
    hint: () => 'see its log, and INFO memory, persistence and replication',
  },
  {
    when: /no TLS handshake/,
    kind: 'tls',
    says: ({timeoutMs}) => `the server does not answer the TLS handshake within ${timeoutMs / 1_000} s`,
    hint: (found) => `use ${plainScheme(found)} when the server speaks no TLS, or its port for TLS`,
  },
  {when: /ECONNREFUSED/, kind: 'unreachable', says: () => 'connection refused', hint: serverHint},
  {
    when: /ENOTFOUND|EAI_AGAIN/,
    kind: 'unreachable',
    says: () => 'there is no such host',
    hint: () => 'check the name of the host',
  },
  {
    when: /EHOSTUNREACH|ENETUNREACH|ENETDOWN/,
    kind: 'unreachable',
    says: () => 'no route to the host',
    hint: serverHint,
  },
  {
    when: /ETIMEDOUT|timed out|timeout/i,
    kind: 'unreachable',
    says: ({timeoutMs}) => `no answer within ${timeoutMs / 1_000} s`,
    hint: () => 'check host, port and firewalls',
  },
  {
    when: /^All sentinels are unreachable/,
    kind: 'unreachable',
    says: () => 'none of the Sentinels answers',
    hint: () => 'check the hosts and ports of the Sentinels (26379 unless said), and that they are running',
  },
  {
    when: /ECONNRESET|EPIPE|connection (is )?closed|Stream isn't writeable|max retries per request|Command aborted|failed to refresh slots|None of startup nodes|all sentinels/i,
    kind: 'unreachable',
    says: () => 'the connection was lost',
    hint: ({target}) =>
      target.tls
        ? 'check that the server is running'
        : 'check that the server is running; does it expect rediss://?',
  },
];

function serverHint(): string {
  return 'check host and port, and that the server is running';
}

const excerpt = (text: string): string => safeExcerpt(text, 200);

const serviceOf = ({topology}: RedisTarget): string =>
  topology.kind === 'sentinel' ? `"${safeExcerpt(topology.service, 60)}"` : 'asked for';

/** Commands whose first argument is a key. Of others, such as AUTH with its password, no argument is shown. */
const KEYED = new Set(
  'get set incr hget hgetall hset hdel hincrby sadd smembers zadd zincrby zrem zremrangebyrank zremrangebyscore zrevrange zrevrangebyscore zmscore xadd xrevrange'.split(
    ' ',
  ),
);

/** The key of the command that failed; undefined when there are several, or it is not known. */
const keyOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  const {name, args = []} = (error as {command?: {name?: string; args?: readonly unknown[]}}).command ?? {};
  const command = String(name).toLowerCase();
  if (command === 'evalsha' || command === 'eval')
    return String(args[1]) === '1' ? String(args[2]) : undefined;
  return KEYED.has(command) && args.length > 0 ? String(args[0]) : undefined;
};

/** Everything an error says: its code, its message, and those of the errors inside. */
const wordsOf = (error: unknown, depth = 0): string[] => {
  if (!(error instanceof Error) || depth > 4)
    return error === undefined || error === null ? [] : [String(error)];
  const {code, errors, lastNodeError, previousErrors} = error as Error & {
    code?: string;
    errors?: unknown[];
    lastNodeError?: unknown;
    previousErrors?: unknown;
  };
  const inner = [...(Array.isArray(errors) ? errors : []), lastNodeError, previousErrors, error.cause];
  return [
    error.message,
    ...(typeof code === 'string' ? [code] : []),
    ...inner.flatMap((each) => wordsOf(each, depth + 1)),
  ];
};

const VAGUE =
  /^(Connection is closed\.|Stream isn't writeable|Reached the max retries|All sentinels are unreachable|None of startup nodes|Failed to refresh slots)/;

/** Whether it says nothing but that there is no connection. */
export const isVague = (error: unknown): boolean => error instanceof Error && VAGUE.test(error.message);

/** The error of a driver as one that people can act on. */
export const redisFailure = (error: unknown, context: FailureContext): StoreError => {
  if (error instanceof StoreError) return error;
  const key = keyOf(error);
  // The driver puts the command beside the message: keys of strangers, and after AUTH the password.
  for (const each of [error, context.lastError])
    if (each instanceof Error) Reflect.deleteProperty(each, 'command');
  const own = wordsOf(error);
  const vague = own.length === 0 || VAGUE.test(own[0]!);
  const words = vague ? [...wordsOf(context.lastError), ...own] : own;
  for (const rule of RULES) {
    const message = words.find((word) => rule.when.test(word));
    if (message === undefined) continue;
    const found: Found = {...context, message, key};
    const {kind} = rule;
    return new StoreError(`${PREFIXES[kind]}${rule.says(found)}`, {
      kind,
      url: context.url,
      hint: rule.hint(found),
      cause: vague ? (context.lastError ?? error) : error,
    });
  }
  return new StoreError(`the server answered ${excerpt(`"${words[0] ?? 'nothing'}"`)}`, {
    kind: 'server',
    url: context.url,
    hint: 'see the log of the server',
    cause: error,
  });
};

const PREFIXES: Readonly<Record<StoreErrorKind, string>> = {
  unreachable: 'cannot reach the store: ',
  denied: 'cannot log in: ',
  rights: '',
  tls: 'no TLS connection: ',
  'wrong-database': '',
  foreign: '',
  server: '',
};
