import {describe, expect, test} from 'vitest';
import {ByteWriter} from '../../../src/trace/generate/byte-writer.ts';
import {
  ClientDirectory,
  clientAddress,
  MAX_CLIENTS,
  SCANNER,
} from '../../../src/trace/generate/client-directory.ts';

const text = (write: (out: ByteWriter) => void): string => {
  const out = new ByteWriter(64);
  write(out);
  return Buffer.from(out.bytes.subarray(0, out.length)).toString();
};

describe('clients', () => {
  test('every client has its own address, never a network or broadcast one', () => {
    const seen = new Uint8Array(1 << 24);
    for (let rank = 1; rank <= MAX_CLIENTS; rank += rank < 500_000 ? 1 : 97) {
      const address = clientAddress(rank);
      const last = address & 0xff;
      if (seen[address] === 1 || last === 0 || last === 255)
        expect.fail(`rank ${rank}: ${address.toString(16)}`);
      seen[address] = 1;
    }
  });

  test('neighbouring ranks do not live in neighbouring networks', () => {
    const networks = new Set(Array.from({length: 200}, (_, i) => clientAddress(i + 1) >>> 16));
    expect(networks.size).toBeGreaterThan(100);
  });

  test.each([
    {rank: 1, address: '10.224.168.252', user: 'user-000001'},
    {rank: 123, address: '10.123.184.217', user: 'user-000123'},
    {rank: 1_234_567, address: '10.19.4.183', user: 'user-1234567'},
    {rank: SCANNER, address: '203.0.113.66', user: 'anonymous'},
  ])('rank $rank is $address and $user', ({rank, address, user}) => {
    const byIp = new ClientDirectory('ip', 20, [1]);
    const byUser = new ClientDirectory('user', 20, [1]);
    expect(text((out) => byIp.writeAddress(out, rank))).toBe(address);
    expect(text((out) => byIp.writeKey(out, rank))).toBe(address);
    expect(text((out) => byUser.writeKey(out, rank))).toBe(user);
  });

  test('plans are shared out by weight, one per tenant', () => {
    const clients = new ClientDirectory('ip', 5000, [8, 2]);
    const premium = Array.from({length: 5000}, (_, tenant) => clients.planOf(tenant)).filter(
      (plan) => plan === 1,
    ).length;
    expect(premium).toBeGreaterThan(900);
    expect(premium).toBeLessThan(1100);
  });
});

describe('numbers in bytes', () => {
  test.each([
    0,
    7,
    9,
    10,
    99,
    100,
    999_999_999,
    1_000_000_000,
    2_147_483_647,
    2_147_483_648,
    4_294_967_296,
    1_767_571_200_000,
    1_767_571_200_000_001,
    Number.MAX_SAFE_INTEGER,
  ])('%d', (value) => {
    expect(text((out) => out.number(value))).toBe(String(value));
  });
});
