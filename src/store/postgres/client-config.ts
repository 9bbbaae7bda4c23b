import {readFileSync} from 'node:fs';
import type {ConnectionOptions as TlsOptions} from 'node:tls';
import type {ClientConfig} from 'pg';
import {readReason} from '../../base/io-reason.ts';
import {quoted} from '../../base/safe-text.ts';
import {redactedUrl} from '../redacted-url.ts';
import {StoreError} from '../store-error.ts';
import type {Host, PostgresTarget} from '../store-target.ts';

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** `?sslmode=`; as in libpq `prefer` when it is not there, and `require` with a root certificate verifies it. */
export const sslModeOf = ({parameters}: PostgresTarget): SslMode => {
  const mode = (parameters.get('sslmode') ?? 'prefer') as SslMode;
  return mode === 'require' && parameters.has('sslrootcert') ? 'verify-ca' : mode;
};

/** What `pg` is told of one host. Certificates are read here: a StoreError names the file that is not there. */
export const clientConfig = (
  target: PostgresTarget,
  {host, port}: Host,
  {clientName, tls}: {readonly clientName: string; readonly tls: 'off' | 'on'},
): ClientConfig => ({
  host,
  port,
  ...(target.username === undefined ? {} : {user: target.username}),
  ...(target.password === undefined ? {} : {password: target.password}),
  ...(target.database === undefined ? {} : {database: target.database}),
  application_name: clientName,
  ssl: tls === 'off' || host.startsWith('/') ? false : tlsOptions(target),
});

const tlsOptions = (target: PostgresTarget): TlsOptions => {
  const mode = sslModeOf(target);
  const verified = mode === 'verify-ca' || mode === 'verify-full';
  return {
    rejectUnauthorized: verified,
    ...certificate(target, 'sslrootcert', 'ca'),
    ...certificate(target, 'sslcert', 'cert'),
    ...certificate(target, 'sslkey', 'key'),
    ...(mode === 'verify-ca' ? {checkServerIdentity: () => undefined} : {}),
  };
};

const certificate = (
  target: PostgresTarget,
  parameter: string,
  option: 'ca' | 'cert' | 'key',
): TlsOptions => {
  const path = target.parameters.get(parameter);
  if (path === undefined || path === 'system') return {};
  try {
    return {[option]: readFileSync(path, 'utf8')};
  } catch (error) {
    throw new StoreError(`cannot read ${quoted(path)} for ${parameter}: ${readReason(error)}`, {
      kind: 'tls',
      url: redactedUrl(target),
      hint: `give the path of a PEM file as ?${parameter}=`,
      cause: error,
    });
  }
};
