import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {AddressNormalizer, endOfAddress, ipKey} from '../../src/trace/ip-address.ts';
import {emptyBatch, RowSink} from '../../src/trace/row-sink.ts';
import {jsonFixture} from '../support/fixture.ts';

interface IpToKey {
  readonly ip_to_key: readonly {
    readonly ip: string;
    readonly ipv6_prefix: number | null;
    readonly key: string;
  }[];
}

const normalizer = new AddressNormalizer();

const normal = (text: string, by = normalizer): string => {
  const bytes = new TextEncoder().encode(` ${text} `);
  const sink = new RowSink(1);
  const batch = emptyBatch(1);
  by.read(bytes, 1, bytes.length - 1);
  by.setTo(sink, 0);
  sink.appendTo(batch);
  return new TextDecoder().decode(batch.bytes.subarray(0, batch.ends[0]));
};

/** RFC 5952 as the URL parser of Node has it; it leaves IPv4-mapped addresses in hexadecimal. */
const byUrl = (text: string): string => new URL(`http://[${text}]/`).hostname.slice(1, -1);

const groupsOf = fc.array(
  fc.oneof({weight: 2, arbitrary: fc.constant(0)}, fc.integer({min: 0, max: 0xffff})),
  {
    minLength: 8,
    maxLength: 8,
  },
);

interface Style {
  readonly upper: boolean;
  readonly pad: boolean;
  /** Where to write `::` for a run of zeros, if one begins there. */
  readonly gap: number;
  readonly dotted: boolean;
}

const styles: fc.Arbitrary<Style> = fc.record({
  upper: fc.boolean(),
  pad: fc.boolean(),
  gap: fc.integer({min: 0, max: 7}),
  dotted: fc.boolean(),
});

/** One of the many texts of an IPv6 address. */
const spelled = (groups: readonly number[], style: Style): string => {
  const hex = groups.map((group) => group.toString(16).padStart(style.pad ? 4 : 1, '0'));
  const parts = hex.map((text) => (style.upper ? text.toUpperCase() : text));
  if (style.dotted) {
    const [high, low] = [groups[6]!, groups[7]!];
    parts.splice(6, 2, `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`);
  }
  const limit = style.dotted ? 6 : 8;
  let end = style.gap;
  while (end < limit && groups[end] === 0) end++;
  if (end <= style.gap) return parts.join(':');
  return `${parts.slice(0, style.gap).join(':')}::${parts.slice(end).join(':')}`;
};

describe('client addresses', () => {
  test.each([
    ['1.2.3.4', '1.2.3.4'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:0db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:DB8::A', '2001:db8::a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1::', '1::'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:255.0.9.10', '255.0.9.10'],
    ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['example.com', 'example.com'],
    ['Host-1.Example.COM', 'Host-1.Example.COM'],
    ['unknown', 'unknown'],
    ['-', '-'],
    ['', ''],
  ])('%s is counted as %s', (text, expected) => {
    expect(normal(text)).toBe(expected);
  });

  test.each([
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::',
    'fe80::g',
    '::1.2.3',
    '::1.2.3.256',
    '::1.2.3.4.5',
    '::01.2.3.4',
    '1.2.3.4:80',
    'a:b',
    ':1::2',
    '1:2:3:4:5:6:7:1.2.3.4',
  ])('%s is no address and stays as it is', (text) => {
    expect(normal(text)).toBe(text);
  });

  test('counts the addresses that it wrote in another form', () => {
    const counting = new AddressNormalizer();
    for (const text of ['1.2.3.4', '::1', '0::1', 'fe80::1%eth0', '::ffff:9.9.9.9', 'host'])
      normal(text, counting);
    expect(counting.changed).toBe(3);
  });

  test('every text of an IPv6 address has one canonical text, that of RFC 5952', () => {
    fc.assert(
      fc.property(groupsOf, styles, (groups, style) => {
        const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
        const plain = groups.map((group) => group.toString(16)).join(':');
        const expected = mapped
          ? `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`
          : byUrl(plain);
        expect(normal(spelled(groups, style))).toBe(expected);
        expect(normal(expected)).toBe(expected);
      }),
    );
  });

  test('every text of an IPv4-mapped address is the IPv4 address', () => {
    const byte = fc.integer({min: 0, max: 255});
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), styles, ([a, b, c, d], style) => {
        expect(normal(spelled([0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d], style))).toBe(
          `${a}.${b}.${c}.${d}`,
        );
      }),
    );
  });

  test('any text at all is left alone or becomes an address that Node knows too', () => {
    fc.assert(
      fc.property(
        fc.string({unit: fc.constantFrom(...'0123456789abcdefABCDEF:.%g['), maxLength: 45}),
        (text) => {
          const result = normal(text);
          if (result === text) return;
          expect(result).toBe(/:/.test(result) ? byUrl(result) : result);
          expect(normal(result)).toBe(result);
        },
      ),
    );
  });

  test.each([
    ['192.168.1.10:44740', '192.168.1.10'],
    ['2001:db8::1:44740', '2001:db8::1'],
    ['[2001:db8::1]:44740', '[2001:db8::1]'],
    ['example.com', 'example.com'],
    ['example.com:', 'example.com:'],
  ])('the address of %s is %s', (text, address) => {
    const bytes = new TextEncoder().encode(text);
    expect(text.slice(0, endOfAddress(bytes, 0, bytes.length))).toBe(address);
  });
});

describe('keys of client addresses by IPv6 prefix', () => {
  test.each(jsonFixture<IpToKey>('tables/express_rate_limit.json').ip_to_key)(
    '$ip with prefix $ipv6_prefix is $key',
    ({ip, ipv6_prefix, key}) => {
      expect(ipKey(ip, ipv6_prefix ?? undefined)).toBe(key);
    },
  );

  test.each([
    ['2001:db8::1', 0, '::/0'],
    ['ffff:ffff::', 1, '8000::/1'],
    ['fe80::1%eth0', 64, 'fe80::/64'],
    ['not an address', 56, 'not an address'],
  ] as const)('%s with prefix %d is %s', (ip, prefix, key) => {
    expect(ipKey(ip, prefix)).toBe(key);
  });

  test('addresses have the same key exactly when their first bits are the same', () => {
    fc.assert(
      fc.property(groupsOf, groupsOf, fc.integer({min: 0, max: 128}), styles, (one, other, prefix, style) => {
        const bits = (groups: readonly number[]): string =>
          groups
            .map((group) => group.toString(2).padStart(16, '0'))
            .join('')
            .slice(0, prefix);
        const isIpv4 = (groups: readonly number[]): boolean =>
          groups.slice(0, 5).every((group) => group === 0);
        fc.pre(!isIpv4(one) && !isIpv4(other));
        const same = ipKey(spelled(one, style), prefix) === ipKey(spelled(other, style), prefix);
        expect(same).toBe(bits(one) === bits(other));
      }),
    );
  });
});
