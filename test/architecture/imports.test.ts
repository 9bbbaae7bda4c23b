import {describe, expect, test} from 'vitest';
import {codeOf, filesBelow, type Import, importsOf, textOf} from './source-tree.ts';

/** Which rooms a room may import from, besides itself. `view/model` is plain data: a room of its own. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  base: [],
  engine: ['base'],
  analytics: ['engine', 'base'],
  policy: ['engine', 'base'],
  trace: ['engine', 'base'],
  'view/model': [],
  view: ['view/model', 'base'],
  simulate: ['trace', 'policy', 'view/model', 'engine', 'base'],
  store: ['engine', 'base'],
  guard: ['store', 'policy', 'trace', 'engine', 'base'],
  config: ['store', 'policy', 'base'],
  token: ['store', 'policy', 'engine', 'base'],
  /** Looking at live state and changing it: what `status`, `explain`, `reset` and `override` do. */
  operate: ['store', 'policy', 'analytics', 'view/model', 'engine', 'base'],
  /** Load on stores, through the limiter that applications use. */
  bench: ['guard', 'store', 'policy', 'trace', 'view/model', 'engine', 'base'],
  /** The dashboard on a terminal. */
  tui: ['operate', 'store', 'policy', 'view', 'view/model', 'engine', 'base'],
  /** What is looked at from elsewhere: HTTP, metrics, tools for assistants, alerts. */
  serve: [
    'operate',
    'guard',
    'token',
    'simulate',
    'analytics',
    'config',
    'store',
    'trace',
    'policy',
    'view',
    'view/model',
    'engine',
    'base',
  ],
  cli: [
    'bench',
    'serve',
    'tui',
    'simulate',
    'operate',
    'guard',
    'token',
    'analytics',
    'config',
    'store',
    'trace',
    'policy',
    'view',
    'view/model',
    'engine',
    'base',
  ],
  /** src/index.ts: what other programs import. */
  index: ['guard', 'token', 'store', 'policy', 'trace', 'engine', 'base'],
  /** The other files directly in src: the process edge. */
  main: ['cli', 'base'],
};

/** Packages that live in one room only. */
const HOME: Readonly<Record<string, string>> = {
  '@modelcontextprotocol/sdk': 'serve',
  chalk: 'view',
  'cli-table3': 'view',
  commander: 'cli',
  ink: 'tui',
  ioredis: 'store',
  oauth4webapi: 'token',
  pg: 'store',
  react: 'tui',
  yaml: 'policy',
};

/** Rooms without time, chance and the outside world: those are arguments. */
const PURE = ['engine', 'analytics', 'view', 'view/model'];

const IMPURE =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\.|\bconsole\.|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b|\bfetch\(/;

const roomOf = (path: string): string => {
  if (path.startsWith('src/view/model/')) return 'view/model';
  if (path === 'src/index.ts') return 'index';
  const parts = path.split('/');
  return parts.length > 2 ? parts[1]! : 'main';
};

/** `@scope/name/sub/path` → `@scope/name`. */
const packageOf = (to: string): string =>
  to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/');

const files = filesBelow('src').filter((path) => path.endsWith('.ts'));
const imports = files.flatMap(importsOf);
const ours = imports.filter(({to}) => to.startsWith('src/'));
const show = ({from, to}: Import): string => `${from} -> ${to}`;

describe('imports', () => {
  test('are found at all', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(importsOf('src/cli/program.ts').map(({to}) => to)).toEqual(
      expect.arrayContaining(['commander', 'src/cli/commands/simulate.ts']),
    );
    expect(importsOf('src/cli/commands/simulate.ts').map(({to}) => to)).toContain(
      'src/cli/commands/simulate-run.ts',
    );
  });

  test('every folder of src is a room with a rule', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in ALLOWED))).toEqual([]);
  });

  test('follow the arrows between rooms', () => {
    const wrong = ours.filter(
      ({from, to}) => roomOf(from) !== roomOf(to) && !ALLOWED[roomOf(from)]!.includes(roomOf(to)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test('name files with their ending', () => {
    expect(ours.filter(({to}) => !files.includes(to)).map(show)).toEqual([]);
  });

  test('know only node, packages with a room and files of ours', () => {
    const outside = imports.filter(
      ({to}) => !to.startsWith('src/') && !to.startsWith('node:') && !(packageOf(to) in HOME),
    );
    expect(outside.map(show)).toEqual([]);
  });

  test('keep each package in its room', () => {
    const strayed = imports.filter(
      ({from, to}) => packageOf(to) in HOME && HOME[packageOf(to)] !== roomOf(from),
    );
    expect(strayed.map(show)).toEqual([]);
    // The build puts them into dist/: whoever installs ratectl installs nothing else.
    const {dependencies, devDependencies} = JSON.parse(textOf('package.json')) as {
      dependencies?: object;
      devDependencies: object;
    };
    expect(dependencies).toBeUndefined();
    expect(Object.keys(HOME).filter((name) => !(name in devDependencies))).toEqual([]);
  });

  test('have no cycle between rooms', () => {
    const arrows = new Map<string, Set<string>>();
    for (const {from, to} of ours) {
      if (roomOf(from) === roomOf(to)) continue;
      arrows.set(roomOf(from), (arrows.get(roomOf(from)) ?? new Set()).add(roomOf(to)));
    }
    // Rooms that reach nothing but rooms already taken away are taken away too; what stays goes round in circles.
    const left = new Set(arrows.keys());
    let before = -1;
    while (left.size !== before) {
      before = left.size;
      for (const room of left) if (![...arrows.get(room)!].some((to) => left.has(to))) left.delete(room);
    }
    expect([...left]).toEqual([]);
  });
});

describe('purity', () => {
  const pure = files.filter((path) => PURE.includes(roomOf(path)));

  test('engine and view import nothing of node', () => {
    expect(
      pure
        .flatMap(importsOf)
        .filter(({to}) => to.startsWith('node:'))
        .map(show),
    ).toEqual([]);
  });

  test.each(pure)('%s has no clock, no chance, no process', (path) => {
    expect(IMPURE.exec(codeOf(path))?.[0]).toBeUndefined();
  });
});

describe('form', () => {
  test('no default exports', () => {
    expect(files.filter((path) => /^export default\b|\bas default\b/m.test(codeOf(path)))).toEqual([]);
  });

  test('one process.exit, at the process edge', () => {
    const places = files.flatMap((path) =>
      [...codeOf(path).matchAll(/\bprocess\s*\.\s*exit\s*\(/g)].map(() => path),
    );
    expect(places).toEqual(['src/main.ts']);
  });

  test('no file over 500 lines', () => {
    expect(files.filter((path) => textOf(path).split('\n').length > 501)).toEqual([]);
  });
});
