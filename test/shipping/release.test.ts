import {mkdirSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {findBinary} from '../support/servers/find-binary.ts';
import {fileOf, folder, release, run} from './release-files.ts';

let files: string;

beforeAll(() => {
  files = release('one', '86400');
}, 300_000);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

interface Bill {
  readonly metadata: {readonly timestamp: string};
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly description?: string;
    readonly licenses: readonly unknown[];
    readonly hashes: readonly unknown[];
  }[];
  readonly dependencies: readonly {readonly dependsOn: readonly string[]}[];
}

describe('the files of a release', () => {
  const text = (end: string): string => readFileSync(fileOf(files, end), 'utf8');

  test('are the same bytes whenever, wherever and by whomever they are written', {timeout: 300_000}, () => {
    const elsewhere = join(folder, 'temporary files');
    mkdirSync(elsewhere);
    const before = process.umask(0o077);
    try {
      const other = release('another name', '86400', {TMPDIR: elsewhere});
      expect(run('diff', ['-r', files, other], folder)).toBe('');
    } finally {
      process.umask(before);
    }
  });

  test.skipIf(findBinary('sha256sum') === undefined)('have checksums that sha256sum confirms', () => {
    const names = readdirSync(files).filter((name) => name !== 'SHA256SUMS');
    const said = run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], files);
    expect(said.trim().split('\n')).toEqual(names.sort().map((name) => `${name}: OK`));
  });

  test('name every package whose code is inside, with licence and hash', () => {
    const {metadata, components, dependencies} = JSON.parse(text('.cdx.json')) as Bill;
    expect(metadata.timestamp).toBe('1970-01-02T00:00:00.000Z');
    const notices = run(
      'tar',
      ['-xzOf', fileOf(files, '.tgz'), 'package/dist/THIRD-PARTY-NOTICES.txt'],
      folder,
    );
    const [list = ''] = notices.split('='.repeat(80), 1);
    const inBinaries = components.filter(({description}) => description === 'in the single binary only');
    const inPackage = components.filter((one) => !inBinaries.includes(one));
    expect(inPackage.map(({name, version}) => `${name} ${version}`).sort()).toEqual(
      [...list.matchAll(/^ {2}(\S+ \S+) \(/gm)].map(([, one]) => one).sort(),
    );
    expect(inBinaries.map(({name}) => name).sort()).toEqual(['@roberts_lando/vfs', '@yao-pkg/pkg', 'node']);
    expect(inBinaries.find(({name}) => name === 'node')).toMatchObject({
      type: 'platform',
      version: process.versions.node,
    });
    expect(components.filter(({licenses, hashes}) => !licenses?.length || !hashes?.length)).toEqual([]);
    expect(dependencies[0]!.dependsOn).toEqual(components.map((one) => one['bom-ref']));
  });

  test('hand on the licences of all of them, and of what Node is made of', () => {
    const licences = text('LICENSES.txt');
    const {components} = JSON.parse(text('.cdx.json')) as Bill;
    expect(components.filter(({name, version}) => !licences.includes(`\n${name} ${version}`))).toEqual([]);
    for (const part of ['V8', 'OpenSSL', 'ICU', 'libuv', 'zlib'])
      expect(licences).toMatch(new RegExp(`^- ${part}, located at`, 'm'));
  });
});
