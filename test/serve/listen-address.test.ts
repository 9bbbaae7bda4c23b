import {describe, expect, test} from 'vitest';
import {bearerCheck} from '../../src/serve/http/bearer-token.ts';
import {hostCheck} from '../../src/serve/http/host-check.ts';
import {parseListenAddress} from '../../src/serve/http/listen-address.ts';

describe('--listen', () => {
  test.each([
    ['127.0.0.1:9464', {host: '127.0.0.1', port: 9464, loopback: true}],
    ['127.8.8.8:1', {host: '127.8.8.8', port: 1, loopback: true}],
    ['[::1]:0', {host: '::1', port: 0, loopback: true}],
    ['localhost:80', {host: 'localhost', port: 80, loopback: true}],
    ['0.0.0.0:9464', {host: '0.0.0.0', port: 9464, loopback: false}],
    ['[::]:9464', {host: '::', port: 9464, loopback: false}],
    ['10.0.0.1:9464', {host: '10.0.0.1', port: 9464, loopback: false}],
    ['localhost.example:9464', {host: 'localhost.example', port: 9464, loopback: false}],
    ['127.0.0.1.example:9464', {host: '127.0.0.1.example', port: 9464, loopback: false}],
    ['[::ffff:127.0.0.1]:1', {host: '::ffff:127.0.0.1', port: 1, loopback: false}],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each([
    '',
    '9464',
    ':9464',
    '127.0.0.1',
    '127.0.0.1:',
    '::1:9464',
    '[::1]',
    '127.0.0.1:65536',
    'a b:1',
    '[x]:1',
    'a:1:2',
  ])('%j is none', (text) => {
    expect(() => parseListenAddress(text)).toThrow('expected HOST:PORT');
  });
});

describe('whom a server on loopback answers', () => {
  const {host, origin} = hostCheck(parseListenAddress('127.0.0.1:9464'), ['limits.example']);

  test.each([
    ['127.0.0.1:9464', true],
    ['localhost', true],
    ['limits.example:443', true],
    ['LIMITS.example', true],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['127.0.0.1:9464:1', false],
    ['user@127.0.0.1', false],
    ['', false],
  ])('Host %j: %s', (header, answered) => {
    expect(host(header)).toBe(answered);
  });

  test.each([
    [undefined, true],
    ['http://localhost:3000', true],
    ['https://limits.example', true],
    ['https://evil.example', false],
    ['null', false],
    ['http://localhost.evil.example', false],
  ])('Origin %j: %s', (header, answered) => {
    expect(origin(header)).toBe(answered);
  });
});

test.each([
  ['Bearer secret-secret-secret', true],
  ['bearer   secret-secret-secret ', true],
  ['Bearer secret-secret-secre', false],
  ['Bearer secret-secret-secret2', false],
  ['Bearer', false],
  ['Basic secret-secret-secret', false],
  ['secret-secret-secret', false],
  [undefined, false],
])('Authorization %j: %s', (header, allowed) => {
  expect(bearerCheck('secret-secret-secret')(header)).toBe(allowed);
});
