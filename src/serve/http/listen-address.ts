import {isIPv4, isIPv6} from 'node:net';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';

export interface ListenAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0: the system chooses. */
  readonly port: number;
  /** Only this machine reaches it. */
  readonly loopback: boolean;
}

/** `127.0.0.1:9464`, `[::1]:9464`, `localhost:0`. Throws a RatectlError (exit 2). */
export const parseListenAddress = (text: string): ListenAddress => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase();
  const port = Number(match?.[3]);
  const known = match?.[1] === undefined ? /^[a-z0-9.-]+$/.test(host) : isIPv6(host);
  if (match === null || !known || port > 65_535)
    throw new RatectlError(`--listen ${quoted(text)}, expected HOST:PORT`, {
      code: 'usage/listen',
      hint: 'for example 127.0.0.1:9464, [::1]:9464, or 0.0.0.0:9464 for all addresses',
    });
  return {host, port, loopback: isLoopback(host)};
};

/** Only what cannot be anything else: a name could be resolved to any address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/** `http://127.0.0.1:9464`. */
export const urlOf = (host: string, port: number): string =>
  `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
