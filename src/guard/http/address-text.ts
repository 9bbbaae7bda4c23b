import {isIP} from 'node:net';
import {ipKey} from '../../trace/ip-address.ts';

/**
 * The address in what a socket or a proxy wrote, in one spelling: `::ffff:192.0.2.1` → `192.0.2.1`,
 * `[2001:DB8::1]:443` → `2001:db8::1`, `fe80::1%eth0` → `fe80::1`. Undefined for anything else: `unknown`, a name, garbage.
 */
export const addressText = (text: string): string | undefined => {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LENGTH) return undefined;
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed);
  const bare = bracketed?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const version = isIP(bare);
  if (version === 0 || (bracketed !== null && version !== 6)) return undefined;
  return version === 4 ? bare : withoutSuffix(ipKey(bare, 128));
};

/** The key of an address: IPv6 by its network of `prefix` bits, `2001:db8:1:2::/64`; IPv4, and with 128 bits any, as it is. */
export const addressKey = (address: string, prefix: number): string => withoutSuffix(ipKey(address, prefix));

/** Longer than any address with brackets, zone and port. */
const MAX_LENGTH = 100;

const withoutSuffix = (key: string): string => (key.endsWith('/128') ? key.slice(0, -4) : key);
