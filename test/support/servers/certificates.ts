import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Files of a self-made authority and of a server it vouches for. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  remove(): void;
}

/** An authority of this test only, and a certificate for `names` (`DNS:localhost`, `IP:127.0.0.1`), valid for a day, or until yesterday. */
export const makeCertificates = (
  names: readonly string[],
  validity: 'valid' | 'expired' = 'valid',
): Certificates => {
  const dir = mkdtempSync(join(tmpdir(), 'ratectl-tls-'));
  const file = (name: string): string => join(dir, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, {cwd: dir, stdio: 'pipe'});
  };
  const newKey = ['-newkey', 'rsa:2048', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '1',
    '-subj',
    '/CN=test-authority',
  );
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=test-server');
  writeFileSync(file('names'), `subjectAltName=${names.join(',')}\n`);
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    ...signed,
    '-out',
    'server.crt',
    '-days',
    validity === 'valid' ? '1' : '-1',
  );
  return {
    ca: file('ca.crt'),
    cert: file('server.crt'),
    key: file('server.key'),
    remove: () => rmSync(dir, {recursive: true, force: true}),
  };
};
