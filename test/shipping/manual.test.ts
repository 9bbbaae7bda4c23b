import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {allCommands} from '../../src/cli/completion/command-tree.ts';
import {completionTree} from '../../src/cli/completion/completion-script.ts';
import {HELP_TOPICS} from '../../src/cli/help-topics.ts';
import {manual} from '../../src/cli/man/manual.ts';
import {createProgram} from '../../src/cli/program.ts';
import {testContext} from '../cli/test-context.ts';
import {ensureBinary} from '../support/servers/install.ts';

const program = createProgram(testContext());
const pages = await manual(program, '1.2.3');
const folder = mkdtempSync(join(tmpdir(), 'ratectl-man-'));
for (const {file, text} of pages) writeFileSync(join(folder, file), text);
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** As `man` shows it on 80 columns, without bold. */
const rendered = (file: string): string => {
  const man = ensureBinary({binaries: ['man'], apt: 'man-db', brew: 'man-db'});
  const {status, stdout, stderr} = spawnSync(man, ['--warnings', '-l', join(folder, file)], {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      MANWIDTH: '80',
      LC_ALL: 'C.UTF-8',
      MAN_KEEP_FORMATTING: '',
      PAGER: 'cat',
    },
  });
  expect({status, stderr}).toEqual({status: 0, stderr: ''});
  return stdout;
};

describe('the manual', () => {
  test('has a page for every command and every help topic', () => {
    const commands = allCommands(completionTree(program)).map(({path}) => `${path.join('-')}.1`);
    const topics = HELP_TOPICS.map(({name}) => `ratectl-${name}.7`);
    expect(pages.map(({file}) => file).sort()).toEqual([...commands, ...topics].sort());
  });

  test.each(pages.map(({file}) => file))(
    '%s renders without a warning, in lines of at most 80 columns',
    (file) => {
      const lines = rendered(file).split('\n');
      expect(lines.length).toBeGreaterThan(8);
      // Examples and topics are 80 columns wide themselves, and stand behind a margin of 7.
      expect(lines.filter((line) => [...line].length > 87)).toEqual([]);
    },
  );

  test('has no paragraph right below a heading, which mandoc warns of', () => {
    expect(pages.filter(({text}) => /^\.S[HS] .*\n\.PP$/m.test(text)).map(({file}) => file)).toEqual([]);
  });

  test('says name, synopsis, options and examples', () => {
    const text = rendered('ratectl-simulate.1');
    expect(text).toMatch(/^NAME\n\s+ratectl-simulate - \S/m);
    expect(text).toContain('ratectl simulate [options] <trace...>');
    expect(text).toMatch(/^\s+-p, --policy <file>$/m);
    expect(text).toMatch(/^EXAMPLES\n[\s\S]*ratectl simulate access\.log/m);
    expect(text).toContain('ratectl 1.2.3');
  });

  test.each(HELP_TOPICS)('the page of the topic $name holds every line of it', async ({name, text}) => {
    const squeezed = (whole: string): string => whole.replaceAll(/\s+/g, ' ');
    const page = squeezed(rendered(`ratectl-${name}.7`));
    for (const line of (await text()).trim().split('\n').slice(1))
      expect(page).toContain(squeezed(line).trim());
  });

  test('is the same bytes for the same commands', async () => {
    expect(await manual(createProgram(testContext()), '1.2.3')).toEqual(pages);
  });

  test('the list of commands leads to their pages', () => {
    const text = rendered('ratectl.1');
    for (const name of ['ratectl-status(1)', 'ratectl-simulate(1)', 'ratectl-exit-codes(7)'])
      expect(text).toContain(name);
  });
});
