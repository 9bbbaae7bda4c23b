import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {addressKey, addressText} from './address-text.ts';
import {forwardedForHops, forwardedHops} from './forwarded-hops.ts';
import type {IdentityRequest} from './identity-request.ts';
import {ownText} from './own-text.ts';
import {type TrustedProxies, trustedProxies} from './trusted-proxies.ts';

export interface ClientAddressOptions {
  /**
   * Which proxies are believed about the address of the client. Without any, the address is that of the peer, whatever the
   * request says. @default none
   */
  readonly trustedProxies?: TrustedProxies;
  /**
   * The header that the trusted proxies write: `x-forwarded-for`, `forwarded` (RFC 7239), or another that holds one address
   * and that they overwrite, such as `cf-connecting-ip`. Only this one is read: the others are as the client sent them.
   * @default 'x-forwarded-for'
   */
  readonly forwardedHeader?: string;
  /** Bits of an IPv6 address that make one client, 32 … 128: 64 is a subscriber's network, 56 often a household. @default 64 */
  readonly ipv6Prefix?: number;
}

export interface ClientAddress {
  /** The key of the address: `203.0.113.7`, `2001:db8:1:2::/64`; undefined when there is no peer address. */
  readonly ip: string | undefined;
  /** Whether a trusted proxy said so. */
  readonly from: 'peer' | 'forwarded';
}

/**
 * The address of the client, which a client cannot choose.
 *
 * The header is walked from the right: as long as a station is trusted, the one it names is next, and the first that is not
 * trusted is the client. What stands left of it was sent by the client, and means nothing. Where a trusted station names
 * nothing that is an address (`unknown`, an obfuscated name, garbage), the request counts for that station: malformed values
 * share one key instead of making new ones.
 *
 * Throws a `RatectlError` for options that are not as described.
 */
export const clientAddress = ({
  trustedProxies: proxies = [],
  forwardedHeader = 'x-forwarded-for',
  ipv6Prefix = 64,
}: ClientAddressOptions = {}): ((request: IdentityRequest) => ClientAddress) => {
  if (!Number.isSafeInteger(ipv6Prefix) || ipv6Prefix < 32 || ipv6Prefix > 128) {
    throw new RatectlError(
      `ipv6Prefix ${quoted(String(ipv6Prefix))} is out of range: expected whole bits, 32 to 128`,
      {code: 'guard/ipv6-prefix', hint: 'use 64, or 56 where providers give households that much'},
    );
  }
  const header = forwardedHeader.toLowerCase();
  const trusts = trustedProxies(proxies);
  const hopsOf =
    header === 'x-forwarded-for' ? forwardedForHops : header === 'forwarded' ? forwardedHops : oneAddress;
  return (request) => {
    const peer = request.peerAddress === undefined ? undefined : addressText(request.peerAddress);
    let address = peer;
    let hop = 0;
    if (trusts(address, hop)) {
      for (const text of hopsOf(request.header(header) ?? '')) {
        const next = addressText(text);
        if (next === undefined) break;
        address = next;
        hop++;
        if (!trusts(address, hop)) break;
      }
    }
    if (address === undefined) return {ip: undefined, from: 'peer'};
    const ip = addressKey(address, ipv6Prefix);
    return hop === 0 ? {ip, from: 'peer'} : {ip: ownText(ip), from: 'forwarded'};
  };
};

/** A header that holds one address; two of them are none. */
const oneAddress = (header: string): readonly string[] => [header];
