import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, test} from 'vitest';
import {clientAddress} from '../../../src/guard/http/client-address.ts';
import {queryValue, requestPath} from '../../../src/guard/http/request-path.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const heapBytes = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

/** As it comes from a socket. */
const received = (text: string): string => Buffer.from(text).toString();

const addressIn = clientAddress({trustedProxies: 1});
const forwardedIn = clientAddress({trustedProxies: 1, forwardedHeader: 'forwarded'});
const PADDING = 'x'.repeat(15_000);

test.each([
  {
    what: 'an address in X-Forwarded-For',
    read: (i: number) =>
      addressIn({
        peerAddress: '10.0.0.1',
        header: () => received(`${'192.0.2.1, '.repeat(1_300)}203.113.${100 + (i >> 7)}.${100 + (i & 127)}`),
        query: () => undefined,
      }).ip,
    first: '203.113.100.100',
  },
  {
    what: 'an address in Forwarded',
    read: (i: number) =>
      forwardedIn({
        peerAddress: '10.0.0.1',
        header: () =>
          received(`${'for=192.0.2.1, '.repeat(1_000)}for=203.113.${100 + (i >> 7)}.${100 + (i & 127)}`),
        query: () => undefined,
      }).ip,
    first: '203.113.100.100',
  },
  {
    what: 'a path',
    read: (i: number) => requestPath(received(`/a/path/of/some/length/${i}?q=${PADDING}`)),
    first: '/a/path/of/some/length/0',
  },
  {
    what: 'a value in the query',
    read: (i: number) => queryValue(received(`/?id=a-value-of-some-length-${i}&q=${PADDING}`), 'id'),
    first: 'a-value-of-some-length-0',
  },
])('$what that is remembered does not keep the rest of what it was in', ({read, first}) => {
  const kept = new Set<string | undefined>();
  for (let i = 0; i < 100; i++) kept.add(read(i));
  const before = heapBytes();
  for (let i = 100; i < 1_100; i++) kept.add(read(i));
  expect(heapBytes() - before).toBeLessThan(3_000_000);
  expect(kept.size).toBe(1_100);
  expect(kept).toContain(first);
});
