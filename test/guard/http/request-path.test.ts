import fc from 'fast-check';
import {expect, test} from 'vitest';
import {queryValue, requestPath} from '../../../src/guard/http/request-path.ts';

test.each([
  ['/login', '/login'],
  ['/login?next=/health', '/login'],
  ['/login#x', '/login'],
  ['http://api.example.com/login?x', '/login'],
  ['http://api.example.com', '/'],
  ['/%6cogin', '/login'],
  ['/a/../login', '/login'],
  ['/a/%2e%2E/login', '/login'],
  ['/./login', '/login'],
  ['\\login', '\\login'],
  ['/a\\..\\login', '/login'],
  // Not letters or digits: a slash in a name is not a slash between names.
  ['/a%2fb', '/a%2Fb'],
  ['/caf%c3%a9', '/caf%C3%A9'],
  ['/café', '/caf%C3%A9'],
  // Two slashes are a path here, and not a host.
  ['//evil.example.com/login', '//evil.example.com/login'],
  // Left as they are: routers disagree about them.
  ['/Login', '/Login'],
  ['/login/', '/login/'],
  ['*', '*'],
  ['', ''],
  ['/%', '/%'],
])('%s is the path %s', (target, path) => {
  expect(requestPath(target)).toBe(path);
});

test('any target has a path, and the path of a path is itself', {timeout: 120_000}, () => {
  fc.assert(
    fc.property(fc.webUrl({withQueryParameters: true}), fc.string({unit: 'binary'}), (url, text) => {
      for (const target of [url, text, `/${text}`]) {
        const path = requestPath(target);
        if (path.startsWith('/')) expect(requestPath(path)).toBe(path);
      }
    }),
  );
});

test.each([
  ['/?id=1', '1'],
  ['/?id=a%20b&x', 'a b'],
  ['http://h/?x=1&id=2', '2'],
  ['/?id=', ''],
  ['/?id=1&id=2', undefined],
  ['/id=1', undefined],
  ['/#?id=1', undefined],
  ['/', undefined],
])('%s has the id %s', (target, value) => {
  expect(queryValue(target, 'id')).toBe(value);
});
