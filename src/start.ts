/**
 * Starts the command line of the built program (`dist/program.cjs`, `dist/commands-*.cjs`) with the code that V8 compiled in an earlier run. Without
 * it, most of the time of a short command goes into compiling what it needs.
 */
import {existsSync, readFileSync} from 'node:fs';
import {enableCompileCache} from 'node:module';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {Script} from 'node:vm';
import {type CodeCache, openCodeCache} from './code-cache.ts';
import {main} from './main.ts';

/** Set by the build: a name for the bytes of the program, because V8 itself compares their length only. */
declare const RATECTL_BUILD: string;

type Exports = Readonly<Record<string, unknown>>;
type Wrapped = (
  exports: Exports,
  require: NodeJS.Require,
  module: {readonly exports: Exports},
  /** Imports a module of `dist/`. */
  load: (path: string) => Promise<unknown>,
  /** A module of another file of the program. */
  command: (file: string, path: string) => unknown,
  file: string,
  /** `import.meta` of its modules. */
  meta: {readonly url: string},
) => void;

/** The files of the program, each evaluated when something of it is first needed. */
class Program {
  readonly #cache: CodeCache | undefined;
  readonly #files = new Map<string, Exports>();

  constructor(cache: CodeCache | undefined) {
    this.#cache = cache;
  }

  /** Imports a module of `dist/`, which Node compiles itself. Left to choose, it would keep the code where others may write, too. */
  readonly #load = (path: string): Promise<unknown> => {
    const folder = this.#cache?.folder;
    if (folder !== undefined) enableCompileCache(folder);
    return import(pathToFileURL(join(__dirname, path)).href);
  };

  /** A module, by the name of its file and its path in the sources. */
  readonly module = (file: string, path: string): unknown => {
    const exports = this.#files.get(file) ?? this.#evaluate(file);
    this.#files.set(file, exports);
    return (exports['load'] as Readonly<Record<string, () => unknown>>)[path]!();
  };

  #evaluate(file: string): Exports {
    const cache = this.#cache;
    const filename = join(__dirname, `${file}.cjs`);
    // A function around a module, in ASCII only, which is the fastest to read and needs one byte for each character.
    const source = readFileSync(filename, 'latin1');
    const cachedData = cache?.read(file);
    // V8 keeps the name with the code: a path would make what is shipped differ from machine to machine.
    const named = {filename: `ratectl/dist/${file}.cjs`};
    const script = new Script(source, cachedData === undefined ? named : {...named, cachedData});
    if (cache !== undefined && script.cachedDataRejected !== false)
      process.once('exit', () => cache.write(file, script.createCachedData()));
    const module = {exports: {}};
    const meta = {
      get url() {
        return pathToFileURL(filename).href;
      },
    };
    const run = script.runInThisContext() as Wrapped;
    run(module.exports, require, module, this.#load, this.module, filename, meta);
    return module.exports;
  }
}

/** Runs a command in this process. It ends the process. */
export const start = async (): Promise<void> => {
  const [, , first = ''] = process.argv;
  // A process that the single binary forks is given the file it should run, as Node itself would.
  if ('pkg' in process && first.startsWith(__dirname) && existsSync(first)) return require(first);
  const program = new Program(openCodeCache(RATECTL_BUILD, first, __dirname));
  await main(() => program.module('program', 'src/cli/program.ts') as typeof import('./cli/program.ts'));
};
