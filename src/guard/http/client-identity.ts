import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {type ClientAddressOptions, clientAddress} from './client-address.ts';
import {IdQuota} from './id-quota.ts';
import type {IdentityRequest} from './identity-request.ts';

/** Where an id that the client tells is looked for, in this order: the parsed body, a header, a query parameter. */
export interface ClientIdOptions {
  /** Path of a member of the parsed body: `clientId`, `client.id`. */
  readonly body?: string;
  /** Name of a header: `x-client-id`. */
  readonly header?: string;
  /** Name of a query parameter: `client_id`. */
  readonly query?: string;
  /**
   * How many different ids one address may bring in an hour; further ones count for the address. Whoever can make up ids is not
   * limited by a limit per id: `Infinity` is for ids that something in front of the application, or `accept`, has checked.
   */
  readonly perAddress: number;
  /** Whether an id is one of yours. @default any id is */
  readonly accept?: (id: string) => boolean;
}

export interface ClientIdentityOptions extends ClientAddressOptions {
  /** Ids that clients tell. @default none: a client is its address */
  readonly clientId?: ClientIdOptions;
  /** Milliseconds since the epoch, for the hour of `perAddress`. @default Date.now */
  readonly now?: () => number;
}

export interface ClientIdentity {
  /** `id:acme` for a client that told its id, else its address; undefined when neither is known. */
  readonly key: string | undefined;
  readonly ip: string | undefined;
  /** Where `key` is from. */
  readonly from: 'body' | 'header' | 'query' | 'forwarded' | 'peer';
}

/**
 * Who sent a request: the id in its body, a header or the query, where these are asked for; else the address that a trusted
 * proxy names; else the address of the peer, which is all there is by default.
 *
 * An id is 1 to 128 printable ASCII characters without spaces, or a whole number in a body. What is not is no id. Keys of
 * ids begin with `id:`, so that nobody can use up the share of an address by sending it as an id.
 *
 * Throws a `RatectlError` for options that are not as described.
 */
export const clientIdentity = (
  options: ClientIdentityOptions = {},
): ((request: IdentityRequest) => ClientIdentity) => {
  const addressOf = clientAddress(options);
  const {clientId, now = Date.now} = options;
  if (clientId === undefined) {
    return (request) => {
      const {ip, from} = addressOf(request);
      return {key: ip, ip, from};
    };
  }
  const {perAddress, accept} = clientId;
  if (!(perAddress === Number.POSITIVE_INFINITY || (Number.isSafeInteger(perAddress) && perAddress >= 1))) {
    throw new RatectlError(
      `clientId.perAddress ${quoted(String(perAddress))} is not known: expected how many ids one address may bring in an hour, 1 or more`,
      {code: 'guard/ids-per-address', hint: 'Infinity is for ids that were checked before'},
    );
  }
  const quota = new IdQuota(perAddress, now);
  const sources = sourcesOf(clientId);
  return (request) => {
    const {ip, from} = addressOf(request);
    for (const {source, read} of sources) {
      const id = read(request);
      if (id === undefined || !ID.test(id) || accept?.(id) === false) continue;
      if (quota.admits(ip ?? '', id)) return {key: `id:${id}`, ip, from: source};
    }
    return {key: ip, ip, from};
  };
};

const ID = /^[\x21-\x7e]{1,128}$/;

interface Source {
  readonly source: 'body' | 'header' | 'query';
  readonly read: (request: IdentityRequest) => string | undefined;
}

const sourcesOf = ({body, header, query}: ClientIdOptions): readonly Source[] => {
  const sources: Source[] = [];
  if (body !== undefined) {
    const path = body.split('.');
    sources.push({source: 'body', read: (request) => memberText(request.body, path)});
  }
  if (header !== undefined) {
    const name = header.toLowerCase();
    sources.push({source: 'header', read: (request) => request.header(name)});
  }
  if (query !== undefined) sources.push({source: 'query', read: (request) => request.query(query)});
  return sources;
};

/** The text or whole number at a path of own members. */
const memberText = (value: unknown, path: readonly string[]): string | undefined => {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof at === 'string') return at;
  return Number.isSafeInteger(at) ? String(at) : undefined;
};
