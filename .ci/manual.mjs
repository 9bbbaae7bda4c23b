// Writes the manual pages of all commands and help topics: node .ci/manual.mjs FOLDER
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {manual} from '../src/cli/man/manual.ts';
import {createProgram} from '../src/cli/program.ts';
import {VERSION} from '../src/cli/version.ts';

const folder = resolve(process.argv[2] ?? 'dist/man');
rmSync(folder, {recursive: true, force: true});
mkdirSync(folder, {recursive: true});
// Building the tree of commands asks its context for nothing but the version.
for (const {file, text} of await manual(createProgram({version: VERSION}), VERSION))
  writeFileSync(join(folder, file), text);
