import {BlockList, isIP} from 'node:net';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {addressText} from './address-text.ts';

/**
 * Whom to believe about the addresses of others. A number: how many proxies stand between the client and this process, each of
 * which appends to the header; only right where clients cannot reach the process around them. A list: addresses and
 * networks (`10.0.0.0/8`, `2001:db8::/32`), or the names
 *
 * - `loopback`: 127.0.0.0/8, ::1
 * - `link-local`: 169.254.0.0/16, fe80::/10
 * - `private`: 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fc00::/7
 * - `unix-socket`: a peer without an address
 */
export type TrustedProxies = number | readonly string[];

/** Whether the `hop`th station before this process (0 is the peer) may name the one before it. */
export type TrustsHop = (address: string | undefined, hop: number) => boolean;

/** Throws a `RatectlError` for what is neither a network nor a name. */
export const trustedProxies = (proxies: TrustedProxies): TrustsHop => {
  if (typeof proxies === 'number') {
    if (Number.isSafeInteger(proxies) && proxies >= 0) return (_address, hop) => hop < proxies;
    throw wrong(String(proxies));
  }
  const list = new BlockList();
  for (const range of proxies.flatMap((name) => NAMED[name] ?? [name])) addRange(list, range);
  const unixSocket = proxies.includes(UNIX_SOCKET);
  return (address, hop) => {
    if (address === undefined) return unixSocket && hop === 0;
    return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  };
};

const UNIX_SOCKET = 'unix-socket';

const NAMED: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  loopback: ['127.0.0.0/8', '::1'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  [UNIX_SOCKET]: [],
};

const addRange = (list: BlockList, range: string): void => {
  const [, base = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  const version = isIP(base);
  const width = version === 4 ? 32 : 128;
  if (version === 0 || base.includes('%') || Number(bits ?? 0) > width) throw wrong(range);
  // An IPv4-mapped network is meant as the IPv4 one: peers are compared in that form.
  const mapped = version === 6 ? addressText(base) : undefined;
  if (mapped !== undefined && isIP(mapped) === 4) {
    const mappedBits = Number(bits ?? 128) - 96;
    if (mappedBits < 0) throw wrong(range);
    list.addSubnet(mapped, mappedBits, 'ipv4');
    return;
  }
  list.addSubnet(base, Number(bits ?? width), version === 4 ? 'ipv4' : 'ipv6');
};

const wrong = (value: string): RatectlError =>
  new RatectlError(
    `trusted proxy ${quoted(value)} is not known: expected an address, a network such as 10.0.0.0/8, a number of proxies from 0 on, or one of ${Object.keys(NAMED).join(', ')}`,
    {code: 'guard/trusted-proxies', hint: 'name the addresses that your proxies connect from'},
  );
