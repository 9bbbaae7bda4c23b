import {join} from 'node:path';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {isRatectlError, type RatectlError} from '../../src/base/ratectl-error.ts';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {tempFolder} from '../serve/served.ts';
import {makeCertificates} from '../support/servers/certificates.ts';
import {freePort} from '../support/servers/free-port.ts';
import {startRedis} from '../support/servers/redis-server.ts';

const errorOf = (act: () => unknown): RatectlError => {
  try {
    act();
  } catch (error) {
    if (isRatectlError(error)) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

const failureOf = async (url: string): Promise<RatectlError> => {
  try {
    await (await openStore(parseStoreUrl(url), {access: 'read'})).close();
  } catch (error) {
    if (isRatectlError(error)) return error;
    throw error;
  }
  throw new Error('it was opened');
};

describe('a parameter for TLS without TLS', () => {
  test.each([
    ['redis://cache?ca=ca.pem', 'ca', 'rediss://'],
    ['redis://cache?insecure=true', 'insecure', 'rediss://'],
    ['redis+cluster://a,b?cert=c.pem&key=k.pem', 'cert', 'rediss+cluster://'],
    ['redis+sentinel://a,b/main?tls-server-name=x', 'tls-server-name', 'rediss+sentinel://'],
  ])('is an error, as nothing would be encrypted: %s', (url, name, scheme) => {
    const {message, hint, exit} = errorOf(() => parseStoreUrl(url));
    expect(message).toContain(`has the parameter "${name}", and no TLS`);
    expect(hint).toContain(scheme);
    expect(exit).toBe(2);
  });

  test('is right with TLS', () => {
    expect(parseStoreUrl('rediss://cache?ca=ca.pem&insecure=false')).toMatchObject({tls: true});
  });
});

describe('a URL without its scheme', () => {
  test.each([
    ['cache.example.com:6379', 'redis://'],
    ['ops:secret@cache:6379/0', 'redis://'],
    ['redis//cache', 'redis://HOST'],
    ['db:5432/app', 'postgres://'],
    ['postgres//db/app', 'postgres://HOST/DATABASE'],
    ['cache', 'store URLs are'],
  ])('is answered with what is missing, and shown to nobody: %s', (url, hint) => {
    const error = errorOf(() => parseStoreUrl(url));
    expect(error.hint).toContain(hint);
    expect(`${error.message} ${error.hint}`).not.toContain('secret');
    expect(error.message).not.toContain(url);
  });
});

describe('the file of an authority', {timeout: 60_000}, () => {
  const secure = async () => {
    const certificates = makeCertificates(['IP:127.0.0.1']);
    const other = makeCertificates(['IP:127.0.0.1']);
    onTestFinished(() => {
      certificates.remove();
      other.remove();
    });
    const {ca, cert, key} = certificates;
    const files = ['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key];
    const port = await freePort();
    const args = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
    const server = await startRedis({port, args});
    onTestFinished(() => server.stop());
    return {port: server.port, certificates, other};
  };

  test('that holds a key is told apart from one that is not trusted', async () => {
    const {port, certificates, other} = await secure();
    const url = (ca: string): string => `rediss://127.0.0.1:${port}?ca=${encodeURIComponent(ca)}`;
    const key = await failureOf(url(certificates.key));
    expect(key.message).toContain('holds no certificate');
    expect(key.hint).toContain('BEGIN CERTIFICATE');
    const wrong = await failureOf(url(other.ca));
    expect(wrong.message).toContain('the certificate cannot be trusted');
    expect(wrong.hint).toBe('it was not signed by an authority in the file of ?ca=');
  });
});

test('a password that is missing is answered with the places for one', async () => {
  const server = await startRedis({args: ['--requirepass', 'x']});
  onTestFinished(() => server.stop());
  const {hint} = await failureOf(`redis://127.0.0.1:${server.port}`);
  for (const place of ['RATECTL_PASSWORD', 'passwordFile']) expect(hint).toContain(place);
});

test('on a Node without node:sqlite the embedded store says which Node it needs', async () => {
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const path = join(tempFolder(), 'state.db');
  await expect(openStore(parseStoreUrl(`sqlite:${path}`), {access: 'write'})).rejects.toThrow(
    `needs Node 22.18 or newer, this is ${process.versions.node}`,
  );
});
