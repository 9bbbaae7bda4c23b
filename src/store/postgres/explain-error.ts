import {safeExcerpt} from '../../base/safe-text.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError, type StoreErrorKind} from '../store-error.ts';
import type {PostgresTarget} from '../store-target.ts';
import {sslModeOf} from './client-config.ts';
import {CLOSED_EARLY, WRONG_FORM} from './connection.ts';

/** SQLSTATE: a lock was waited for longer than `lock_timeout`. */
export const LOCK_NOT_AVAILABLE = '55P03';

export const LOCKED_HINT =
  'a transaction of somebody else holds them: pg_stat_activity shows what is "idle in transaction"';

interface Cause {
  readonly kind: StoreErrorKind;
  readonly message: string;
  readonly hint: string;
}

const text = (error: {message?: string}): string => safeExcerpt(error.message ?? 'no reason given', 240);

/** What `pg`, the network or TLS said, in words: the real cause, and what to do next. */
export const explainError = (error: unknown, target: PostgresTarget): StoreError => {
  if (error instanceof StoreError) return error;
  const cause = unwrapped(error);
  const {kind, message, hint} = causeOf(cause, target);
  return new StoreError(message, {kind, url: redactedUrl(target), hint, cause});
};

/** A host with several addresses fails with all of their errors, and an empty message. */
const unwrapped = (error: unknown): Error & {code?: string} =>
  error instanceof AggregateError && error.errors.length > 0
    ? unwrapped(error.errors[0])
    : (error as Error & {code?: string});

const causeOf = (error: Error & {code?: string}, target: PostgresTarget): Cause => {
  const code = error.code ?? '';
  const known = NETWORK[code] ?? SERVER[code]?.(error, target) ?? byText(error, target);
  if (known !== undefined) return known;
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return {
      kind: 'tls',
      message: `the server's certificate does not hold now: ${text(error)}`,
      hint: 'the server needs a new one; if it has one, compare the clocks',
    };
  if (/^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|HOSTNAME_MISMATCH)/.test(code))
    return {
      kind: 'tls',
      message: `no TLS connection to Postgres: ${text(error)}`,
      hint: 'name the certificate authority with ?sslrootcert=FILE; sslmode=verify-ca does not compare the host name, sslmode=require verifies nothing',
    };
  if (/^(53|58|57|08)/.test(code))
    return {
      kind: 'unreachable',
      message: `Postgres cannot answer now: ${text(error)}`,
      hint: "try again; the server's log says more",
    };
  return {
    kind: 'server',
    message: `Postgres answered an error${code === '' ? '' : ` (${code})`}: ${text(error)}`,
    hint: "this is not expected; the server's log says more",
  };
};

const unreachable = (why: string, hint: string): Cause => ({
  kind: 'unreachable',
  message: `cannot reach Postgres: ${why}`,
  hint,
});

const HOST_HINT = 'check host and port, and that the server is running';

const NETWORK: Readonly<Record<string, Cause>> = {
  [CLOSED_EARLY]: unreachable(
    'the server closed the connection before it answered',
    'it may be restarting, or what listens there is not Postgres: check the port',
  ),
  ECONNREFUSED: unreachable('connection refused', HOST_HINT),
  ENOTFOUND: unreachable('no such host', 'check the host name'),
  EAI_AGAIN: unreachable('the host name cannot be looked up now', 'check the host name and the name server'),
  ETIMEDOUT: unreachable('no answer in time', `${HOST_HINT}; a firewall may drop the packets`),
  EHOSTUNREACH: unreachable('no route to the host', HOST_HINT),
  ENETUNREACH: unreachable('no route to the network', HOST_HINT),
  ECONNRESET: unreachable('the connection was reset', HOST_HINT),
  EPIPE: unreachable('the connection was lost', HOST_HINT),
  ENOENT: unreachable('no such socket', 'check the folder of the socket and the port'),
  EACCES: unreachable('permission denied on the socket', 'check who may use the socket'),
};

const rights = (error: Error): Cause => ({
  kind: 'rights',
  message: `not allowed: ${text(error)}`,
  hint: 'the role needs rights on the schema of ratectl; docs/stores.md lists the GRANTs',
});

const readOnly = (error: Error): Cause => ({
  kind: 'rights',
  message: `read-only: ${text(error)}`,
  hint: 'this is a replica, or the role may only read: use the URL of the primary for what writes',
});

const SERVER: Readonly<Record<string, (error: Error, target: PostgresTarget) => Cause>> = {
  '28P01': (error) => ({
    kind: 'denied',
    message: `Postgres refused the password: ${text(error)}`,
    hint: 'check user and password: in the URL, in RATECTL_PASSWORD or PGPASSWORD, or passwordFile of the context',
  }),
  '28000': (error) => {
    const unencrypted = /no encryption|SSL off/.test(error.message);
    return {
      kind: unencrypted ? 'tls' : 'denied',
      message: `Postgres refused the connection: ${text(error)}`,
      hint: unencrypted
        ? 'the server may want TLS: try ?sslmode=require'
        : /no PostgreSQL user name/.test(error.message)
          ? 'name the user: postgres://USER@HOST/DATABASE'
          : 'the role does not exist or may not log in from here (pg_hba.conf)',
    };
  },
  '3D000': (error) => ({
    kind: 'wrong-database',
    message: `wrong database: ${text(error)}`,
    hint: 'the name of the database is the path of the URL: postgres://host/DATABASE',
  }),
  '42501': rights,
  '25006': readOnly,
  '42P01': missing,
  '3F000': missing,
  '42883': missing,
  '53300': (error) => ({
    kind: 'unreachable',
    message: `Postgres takes no more connections: ${text(error)}`,
    hint: 'raise max_connections, use a pooler such as PgBouncer, or lower ?pool=',
  }),
  '57P03': (error) => ({
    kind: 'unreachable',
    message: `Postgres is not ready: ${text(error)}`,
    hint: 'it is starting up or shutting down: try again in a moment',
  }),
  '57P01': (error) => ({
    kind: 'unreachable',
    message: `Postgres ended the connection: ${text(error)}`,
    hint: 'it is being shut down or restarted: try again in a moment',
  }),
  '57014': (error) =>
    unreachable(`no answer in time: ${text(error)}`, 'the server is overloaded, or rows are locked'),
  [WRONG_FORM]: (error) => ({
    kind: 'server',
    message: `the settings of this database or role would change what is stored: ${text(error)}`,
    hint: 'behind a pooler in transaction mode they cannot be set for a session: ALTER DATABASE … SET, or ALTER ROLE … SET',
  }),
  // The server answers, and other rows can be decided.
  [LOCK_NOT_AVAILABLE]: (error) => ({
    kind: 'server',
    message: `rows stayed locked: ${text(error)}`,
    hint: LOCKED_HINT,
  }),
};

function missing(error: Error): Cause {
  return {
    kind: 'wrong-database',
    message: `the tables of ratectl are gone or incomplete: ${text(error)}`,
    hint: 'check ?schema= and the database; a command that writes makes them anew',
  };
}

const byText = (error: Error, target: PostgresTarget): Cause | undefined => {
  const {message} = error;
  if (message.includes('does not support SSL'))
    return {
      kind: 'tls',
      message: `the server speaks no TLS, and sslmode=${sslModeOf(target)} asks for it`,
      hint: 'switch TLS on in the server (ssl = on), or use ?sslmode=prefer or disable where the network is trusted',
    };
  if (message.includes('error establishing an SSL connection') || message.includes('unexpected message'))
    return NOT_POSTGRES;
  // "cannot set transaction read-write mode during recovery", which is called a feature that is not supported.
  if (/during recovery|recovery is in progress/.test(message)) return readOnly(error);
  if (/no such database|database .* does not exist/i.test(message)) return SERVER['3D000']!(error, target);
  // The driver's words when there is none to send.
  if (/password must be a (non-empty )?string/.test(message))
    return {...SERVER['28P01']!(error, target), message: 'Postgres asks for a password, and there is none'};
  if (/auth failed|password authentication failed/i.test(message)) return SERVER['28P01']!(error, target);
  if (message.includes('timeout expired')) return NETWORK['ETIMEDOUT'];
  if (/Connection terminated|connection was closed|server conn crashed|socket/i.test(message))
    return unreachable(text(error), 'the server restarted or closed the connection: try again');
  return undefined;
};

const NOT_POSTGRES: Cause = {
  kind: 'server',
  message: 'what listens there does not answer like Postgres',
  hint: 'check the port; 5432 is usual, 6432 for PgBouncer',
};
