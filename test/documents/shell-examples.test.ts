import {describe, expect, test} from 'vitest';
import {freePort} from '../support/servers/free-port.ts';
import {documents} from './document.ts';
import {documentScene} from './scene.ts';
import {EXPECTED, NOT_RUN, RUN_ELSEWHERE, SHELL_DOCUMENTS} from './shell-list.ts';

const DOCUMENTS = documents()
  .filter(({path}) => !RUN_ELSEWHERE.includes(path))
  .map(({path, blocks}) => ({
    path,
    blocks: blocks.filter(({language, code}) => language === 'sh' && /\bratectl\b/.test(code)),
  }))
  .filter(({blocks}) => blocks.length > 0);

describe('every shell block with ratectl in it can be run', () => {
  test.each(DOCUMENTS)(
    '$path',
    async ({path, blocks}) => {
      const manual = await documentScene(SHELL_DOCUMENTS[path]);
      // The port of `serve` may be in use here.
      const port = String(await freePort());
      for (const {code, line} of blocks) {
        if (NOT_RUN.some(({text}) => code.includes(text))) continue;
        const {failures, out, err} = await manual.run(code.replaceAll('9464', port), {
          RATECTL_VAULT_KEY_FILE: `${manual.folder}/vault.keys`,
        });
        const unexpected = failures.filter(
          ([status, command]) =>
            !EXPECTED.some(
              (one) => one.document === path && one.status === status && command.includes(one.command),
            ),
        );
        expect.soft(unexpected, `${path}:${line}\n${code}\n${out.slice(-2_000)}\n${err}`).toEqual([]);
      }
    },
    400_000,
  );
});

describe('the list of exceptions', () => {
  test('has nothing that no document needs', () => {
    const all = documents().flatMap(({blocks}) => blocks.map(({code}) => code));
    for (const {text} of NOT_RUN)
      expect(
        all.some((code) => code.includes(text)),
        text,
      ).toBe(true);
    for (const path of [
      ...RUN_ELSEWHERE,
      ...Object.keys(SHELL_DOCUMENTS),
      ...EXPECTED.map((one) => one.document),
    ])
      expect(documents().map((one) => one.path)).toContain(path);
  });
});
