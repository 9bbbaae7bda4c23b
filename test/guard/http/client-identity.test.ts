import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  type ClientIdentity,
  type ClientIdentityOptions,
  clientIdentity,
} from '../../../src/guard/http/client-identity.ts';
import type {IdentityRequest} from '../../../src/guard/http/identity-request.ts';

interface Sent {
  readonly peer?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const request = ({peer, headers = {}, query = {}, body}: Sent): IdentityRequest => ({
  peerAddress: peer,
  header: (name) => headers[name],
  query: (name) => query[name],
  body,
});

const identify = (sent: Sent, options?: ClientIdentityOptions): ClientIdentity =>
  clientIdentity(options)(request(sent));

const PROXY = '10.0.0.9';
const xff = (value: string, peer: string | undefined = PROXY): Sent => ({
  peer,
  headers: {'x-forwarded-for': value},
});

describe('by default a client is the address of its peer', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    // What a dual-stack socket calls an IPv4 peer.
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    [undefined, undefined],
    ['', undefined],
    ['not an address', undefined],
  ])('%s is %s', (peer, ip) => {
    expect(identify({peer})).toEqual({key: ip, ip, from: 'peer'});
  });

  test('nothing that the request says counts', () => {
    const sent = {
      peer: '203.0.113.7',
      headers: {
        'x-forwarded-for': '1.1.1.1',
        forwarded: 'for=1.1.1.1',
        'x-real-ip': '1.1.1.1',
        'x-client-id': 'acme',
      },
      query: {client_id: 'acme'},
      body: {clientId: 'acme'},
    };
    expect(identify(sent).key).toBe('203.0.113.7');
  });

  test.each([
    [32, '2001:db8::/32'],
    [56, '2001:db8:1:200::/56'],
    [64, '2001:db8:1:2ff::/64'],
    [128, '2001:db8:1:2ff:3:4:5:6'],
  ])('IPv6 networks of %d bits are one client', (ipv6Prefix, ip) => {
    expect(identify({peer: '2001:db8:1:2ff:3:4:5:6'}, {ipv6Prefix}).ip).toBe(ip);
  });
});

describe('X-Forwarded-For from trusted proxies', () => {
  const byRange: ClientIdentityOptions = {trustedProxies: ['private', 'loopback']};

  test.each([
    // One proxy, which appended the client.
    ['203.0.113.7', '203.0.113.7', 'forwarded'],
    // The client sent an address of its own making: what stands left of the first untrusted station means nothing.
    ['1.1.1.1, 203.0.113.7', '203.0.113.7', 'forwarded'],
    ['10.0.0.1, 203.0.113.7', '203.0.113.7', 'forwarded'],
    ['127.0.0.1,203.0.113.7', '203.0.113.7', 'forwarded'],
    // Two proxies.
    ['203.0.113.7, 10.0.0.8', '203.0.113.7', 'forwarded'],
    ['1.1.1.1, 203.0.113.7, 10.0.0.8', '203.0.113.7', 'forwarded'],
    // All are ours: a request from inside.
    ['10.0.0.7, 10.0.0.8', '10.0.0.7', 'forwarded'],
    // Ports and brackets, as some proxies write them.
    ['203.0.113.7:4711', '203.0.113.7', 'forwarded'],
    ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64', 'forwarded'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64', 'forwarded'],
    ['::ffff:203.0.113.7', '203.0.113.7', 'forwarded'],
    // A proxy that names no address: the request counts for the proxy.
    ['unknown', PROXY, 'peer'],
    ['203.0.113.7, unknown', PROXY, 'peer'],
    ['203.0.113.7, unknown, 10.0.0.8', '10.0.0.8', 'forwarded'],
    ['', PROXY, 'peer'],
    [',', PROXY, 'peer'],
    ['203.0.113.7,', PROXY, 'peer'],
    ['203.0.113.7.', PROXY, 'peer'],
    ['203.0.113.007', PROXY, 'peer'],
    ['0x7f.1', PROXY, 'peer'],
    ['[203.0.113.7]', PROXY, 'peer'],
    ['2001:db8::1::2', PROXY, 'peer'],
    ['<script>', PROXY, 'peer'],
    ['203.0.113.7\u0000', PROXY, 'peer'],
    ['x'.repeat(100_000), PROXY, 'peer'],
    [`${'1.1.1.1,'.repeat(10_000)}203.0.113.7`, PROXY, 'peer'],
  ] as const)('%.60j is %s', (header, ip, from) => {
    expect(identify(xff(header), byRange)).toEqual({key: ip, ip, from});
  });

  test('a peer that is no proxy is not believed', () => {
    expect(identify(xff('1.1.1.1', '203.0.113.66'), byRange).ip).toBe('203.0.113.66');
    expect(identify(xff('1.1.1.1', '11.0.0.1'), byRange).ip).toBe('11.0.0.1');
    expect(identify(xff('1.1.1.1', '172.32.0.1'), byRange).ip).toBe('172.32.0.1');
  });

  test.each([
    ['10.0.0.0/8', '10.200.0.1'],
    ['10.0.0.9', '10.0.0.9'],
    ['10.0.0.9', '::ffff:10.0.0.9'],
    ['::ffff:10.0.0.0/104', '10.0.0.9'],
    ['2001:db8::/32', '2001:db8:7::1'],
    ['loopback', '::1'],
    ['private', 'fd00::1'],
    ['link-local', 'fe80::1%eth0'],
    ['0.0.0.0/0', '198.51.100.1'],
  ])('%s trusts %s', (range, peer) => {
    expect(identify(xff('203.0.113.7', peer), {trustedProxies: [range]}).ip).toBe('203.0.113.7');
  });

  test('a Unix socket is trusted only by its name', () => {
    const sent = {headers: {'x-forwarded-for': '203.0.113.7'}};
    expect(identify(sent, {trustedProxies: ['unix-socket']}).ip).toBe('203.0.113.7');
    expect(identify(sent, byRange).ip).toBeUndefined();
  });

  test.each([
    [0, '1.1.1.1, 203.0.113.7', PROXY],
    [1, '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    [2, '1.1.1.1, 203.0.113.7, 198.51.100.1', '203.0.113.7'],
    // Fewer stations than proxies: the one furthest away.
    [5, '203.0.113.7', '203.0.113.7'],
    [1, '203.0.113.7, unknown', PROXY],
  ])('%d proxies in front: %s is %s', (trustedProxies, header, ip) => {
    expect(identify(xff(header), {trustedProxies}).ip).toBe(ip);
  });

  test.each([
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    'internal',
    '',
    '10.0.0.256',
    '10.0.0.0/8/8',
    'constructor',
    '::ffff:10.0.0.0/95',
  ])('%j is refused as a range', (range) => {
    expect(() => clientIdentity({trustedProxies: [range]})).toThrow(
      /trusted proxy .* is not known: expected/,
    );
  });

  test.each([-1, 1.5, Number.NaN])('%d is refused as a number of proxies', (trustedProxies) => {
    expect(() => clientIdentity({trustedProxies})).toThrow(/expected an address, .* a number of proxies/);
  });

  test.each([0, 31, 129, 64.5])('an IPv6 prefix of %d bits is refused', (ipv6Prefix) => {
    expect(() => clientIdentity({ipv6Prefix})).toThrow(/expected whole bits, 32 to 128/);
  });
});

describe('Forwarded (RFC 7239)', () => {
  const options: ClientIdentityOptions = {trustedProxies: ['private'], forwardedHeader: 'Forwarded'};

  test.each([
    ['for=203.0.113.7', '203.0.113.7'],
    ['For="203.0.113.7:4711";proto=https;by=10.0.0.9', '203.0.113.7'],
    ['for="[2001:db8:1:2::9]:443"', '2001:db8:1:2::/64'],
    ['for=1.1.1.1, for=203.0.113.7;proto=http', '203.0.113.7'],
    ['for=203.0.113.7, for=10.0.0.8', '203.0.113.7'],
    ['proto=https;for=203.0.113.7;ext="a;b,for=1.1.1.1"', '203.0.113.7'],
    ['for="203.0.113.\\7"', '203.0.113.7'],
    [', ,for=203.0.113.7,', '203.0.113.7'],
    // Nothing that is an address: the request counts for the proxy.
    ['for=unknown', PROXY],
    ['for="_hidden"', PROXY],
    ['proto=https', PROXY],
    ['for=203.0.113.7, proto=https', PROXY],
    // A quote left open by the client must not hide, or make, what the proxy appends.
    ['for="1.1.1.1, for=203.0.113.7', PROXY],
    ['for=1.1.1.1;x=", for="[2001:db8::9]"', PROXY],
    ['for=1.1.1.1;for=203.0.113.7', PROXY],
    ['for = 203.0.113.7', PROXY],
    ['203.0.113.7', PROXY],
    ['for="203.0.113.7', PROXY],
    ['for="203.0.113.7\\', PROXY],
    ['', PROXY],
    [`for=203.0.113.7${';a="'.repeat(10_000)}`, PROXY],
  ])('%.60j is %s', (header, ip) => {
    expect(identify({peer: PROXY, headers: {forwarded: header}}, options).ip).toBe(ip);
  });

  test('only the header that the proxies write is read', () => {
    const headers = {
      forwarded: 'for=203.0.113.7',
      'x-forwarded-for': '1.1.1.1',
      'cf-connecting-ip': '9.9.9.9',
    };
    const of = (forwardedHeader: string): string | undefined =>
      identify({peer: PROXY, headers}, {trustedProxies: ['private'], forwardedHeader}).ip;
    expect(of('forwarded')).toBe('203.0.113.7');
    expect(of('x-forwarded-for')).toBe('1.1.1.1');
    expect(of('CF-Connecting-IP')).toBe('9.9.9.9');
  });

  test('a header for one address with two in it has none', () => {
    const sent = {peer: PROXY, headers: {'x-real-ip': '1.1.1.1, 203.0.113.7'}};
    expect(identify(sent, {trustedProxies: 1, forwardedHeader: 'x-real-ip'}).ip).toBe(PROXY);
  });
});

describe('a client cannot choose its address', {timeout: 120_000}, () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const junk = fc.oneof(
    address,
    fc.string(),
    fc.constantFrom('unknown', '"', 'for=1.2.3.4', '10.0.0.1', ',', ';'),
  );

  test('whatever it sends in X-Forwarded-For, the proxy’s own entry decides', () => {
    const of = clientIdentity({trustedProxies: ['10.0.0.0/8']});
    fc.assert(
      fc.property(fc.array(junk, {maxLength: 6}), (sent) => {
        expect(of(request(xff([...sent, '203.0.113.7'].join(', ')))).ip).toBe('203.0.113.7');
      }),
    );
  });

  test('whatever it sends in Forwarded, it is known by the proxy’s entry, or as the proxy', () => {
    const of = clientIdentity({trustedProxies: ['10.0.0.0/8'], forwardedHeader: 'forwarded'});
    fc.assert(
      fc.property(
        fc.array(junk, {maxLength: 6}),
        fc.constantFrom('for=203.0.113.7', 'for="203.0.113.7"'),
        (sent, own) => {
          const {ip} = of(request({peer: PROXY, headers: {forwarded: [...sent, own].join(', ')}}));
          expect(['203.0.113.7', PROXY]).toContain(ip);
        },
      ),
    );
  });

  test('a malformed entry of a proxy makes no key but that proxy’s', () => {
    const of = clientIdentity({trustedProxies: 1});
    fc.assert(
      fc.property(
        fc.string({unit: 'binary'}).filter((text) => !/[\d:]/.test(text)),
        (text) => {
          expect(of(request(xff(text))).key).toBe(PROXY);
        },
      ),
    );
  });
});

describe('ids that clients tell', () => {
  const clientId = {
    body: 'client.id',
    header: 'X-Client-Id',
    query: 'client_id',
    perAddress: Number.POSITIVE_INFINITY,
  };
  const everywhere: Sent = {
    peer: '203.0.113.7',
    headers: {'x-client-id': 'from-header'},
    query: {client_id: 'from-query'},
    body: {client: {id: 'from-body'}},
  };

  test('are taken from the body, else a header, else the query, else it is the address', () => {
    const {body, headers, query, peer} = everywhere;
    expect(identify(everywhere, {clientId})).toEqual({
      key: 'id:from-body',
      ip: '203.0.113.7',
      from: 'body',
    });
    expect(identify({peer, headers: headers!, query: query!}, {clientId})).toMatchObject({
      key: 'id:from-header',
      from: 'header',
    });
    expect(identify({peer, query: query!}, {clientId})).toMatchObject({key: 'id:from-query', from: 'query'});
    expect(identify({peer}, {clientId})).toMatchObject({key: '203.0.113.7', from: 'peer'});
    // Each of them only where it is asked for.
    expect(identify({peer, body}, {clientId: {perAddress: 1, header: 'x-client-id'}}).key).toBe(
      '203.0.113.7',
    );
  });

  test.each([
    ['acme', 'id:acme'],
    [42, 'id:42'],
    // An address sent as an id does not use up the share of that address.
    ['198.51.100.1', 'id:198.51.100.1'],
    ['', '203.0.113.7'],
    ['two words', '203.0.113.7'],
    ['new\nline', '203.0.113.7'],
    ['\u001b[31m', '203.0.113.7'],
    ['ünïcode', '203.0.113.7'],
    ['x'.repeat(129), '203.0.113.7'],
    [1.5, '203.0.113.7'],
    [Number.NaN, '203.0.113.7'],
    [true, '203.0.113.7'],
    [null, '203.0.113.7'],
    [['acme'], '203.0.113.7'],
    [{toString: 'acme'}, '203.0.113.7'],
  ])('%j in a body is %s', (id, key) => {
    expect(identify({peer: '203.0.113.7', body: {client: {id}}}, {clientId}).key).toBe(key);
  });

  test.each([undefined, null, 'text', [], {client: null}, {client: 'id'}, {}])(
    'the body %j has no id',
    (body) => {
      expect(identify({peer: '203.0.113.7', body}, {clientId}).from).toBe('peer');
    },
  );

  test('members that every object has are no ids', () => {
    const options = {clientId: {body: 'constructor.name', perAddress: 1}};
    expect(identify({peer: '203.0.113.7', body: {}}, options).key).toBe('203.0.113.7');
  });

  test('can be held against those that are known', () => {
    const options = {clientId: {...clientId, accept: (id: string) => id === 'from-query'}};
    expect(identify(everywhere, options).key).toBe('id:from-query');
  });

  test('made up one after the other, they are so many keys an hour and no more', () => {
    let now = 0;
    const of = clientIdentity({clientId: {header: 'x-client-id', perAddress: 3}, now: () => now});
    const keyOf = (id: string, peer = '203.0.113.7'): string | undefined =>
      of(request({peer, headers: {'x-client-id': id}})).key;
    const keys = Array.from({length: 1_000}, (_, i) => keyOf(`made-up-${i}`));
    expect(new Set(keys)).toEqual(new Set(['id:made-up-0', 'id:made-up-1', 'id:made-up-2', '203.0.113.7']));
    // Those that came first keep their key, and another address has its own share.
    expect(keyOf('made-up-2')).toBe('id:made-up-2');
    expect(keyOf('made-up-9', '203.0.113.8')).toBe('id:made-up-9');
    now += 3_600_000;
    expect(keyOf('made-up-9')).toBe('id:made-up-9');
  });

  test('however many addresses make up ids, what is remembered is bounded', {timeout: 60_000}, () => {
    const of = clientIdentity({clientId: {header: 'x-client-id', perAddress: 1_000}, now: () => 0});
    const keys = new Set<string | undefined>();
    for (let i = 0; i < 120_000; i++)
      keys.add(of(request({peer: `10.0.${i % 200}.1`, headers: {'x-client-id': `n${i}`}})).key);
    expect(keys.size).toBe(100_000 + 200);
  });

  test.each([0, -1, 1.5, Number.NaN])('%d ids per address are refused', (perAddress) => {
    expect(() => clientIdentity({clientId: {header: 'x', perAddress}})).toThrow(
      /expected how many ids one address may bring/,
    );
  });
});
