import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {documents} from './document.ts';
import {documentScene} from './scene.ts';

/** Those of docs/library.md are run by test/examples/library-manual.test.ts, but for the ones in TypeScript. */
const BLOCKS = documents().flatMap(({path, blocks}) =>
  blocks
    .filter(({language}) => language === 'ts' || (language === 'js' && path !== 'docs/library.md'))
    .map((block) => ({...block, path})),
);

/** What an example takes from the application around it. */
const AROUND = `
const ip = '203.0.113.7', tenant = 'acme', plan = 'free';
const send = async () => undefined;
const app = {use() {}};
const limiter = undefined;
const request = {headers: {}}, response = {end() {}};
`;

/** An example as a program: imports stay on top, the rest is the body of a function, as it is in an application. */
const programOf = (code: string): string => {
  const lines = code.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import ')).join('\n');
  // A port that is free.
  return `${imports.join('\n')}${AROUND}\nawait (async () => {\n${body.replaceAll(/\.listen\(\d+/g, '.listen(0')}\n})();\nprocess.exit(0);\n`;
};

describe('every js and ts block runs', () => {
  test.each(BLOCKS)(
    '$path:$line',
    async ({code, language, path, line}) => {
      const manual = await documentScene();
      const name = `example.${language === 'ts' ? 'mts' : 'mjs'}`;
      manual.write(name, programOf(code));
      const store = `sqlite:${join(manual.folder, '.ratectl', 'state.db')}`;
      const {failures, out, err} = await manual.run(
        `timeout 120 node --disable-warning=ExperimentalWarning ${name}`,
        {
          REDIS_URL: store,
          RATECTL_VAULT_KEY_FILE: join(manual.folder, 'vault.keys'),
        },
      );
      expect(failures, `${path}:${line}\n${code}\n${out}${err}`).toEqual([]);
    },
    240_000,
  );
});
