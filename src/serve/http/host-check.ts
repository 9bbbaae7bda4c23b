import {isIPv6} from 'node:net';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {isLoopback, type ListenAddress} from './listen-address.ts';

/** The name in a `Host` header or an origin, without port and brackets; undefined: it is none. */
const nameOf = (authority: string): string | undefined =>
  /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/
    .exec(authority)
    ?.slice(1)
    .find(Boolean)
    ?.toLowerCase();

/** A name as `Host` has it, without port. Throws a RatectlError (exit 2) for what no request could come for. */
export const parseAllowedHost = (text: string): string => {
  const bare = isIPv6(text) ? text : nameOf(text);
  if (bare !== undefined && (isIPv6(bare) || !text.includes(':'))) return bare.toLowerCase();
  throw new RatectlError(`--allow-host ${quoted(text)}, expected a name without scheme, port and path`, {
    code: 'usage/allow-host',
    hint: 'for example --allow-host limits.example',
  });
};

/**
 * Which `Host` and `Origin` are answered. A page of a stranger can have its own name resolved to 127.0.0.1 and so make a browser ask
 * us as if we were its server (DNS rebinding): on loopback only the names of loopback are answered, and those that were allowed.
 * Elsewhere the token protects.
 */
export const hostCheck = (
  {host, loopback}: ListenAddress,
  allowed: readonly string[],
): {
  readonly host: (header: string | undefined) => boolean;
  readonly origin: (header: string | undefined) => boolean;
} => {
  const names = new Set([host, ...allowed.map((name) => name.toLowerCase())]);
  const known = (name: string | undefined): boolean =>
    name !== undefined && (names.has(name) || isLoopback(name));
  return {
    host: (header) => {
      const name = nameOf(header ?? '');
      return loopback ? known(name) : name !== undefined;
    },
    origin: (header) => {
      if (header === undefined) return true;
      const name = nameOf(header.replace(/^https?:\/\//i, ''));
      return known(name);
    },
  };
};
