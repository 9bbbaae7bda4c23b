/** Contenders take turns, round after round, so that a machine that becomes slower becomes so for all of them. */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Ask} from './child.ts';
import type {Load, Outcome, Settings} from './contender.ts';

/** Whoever runs a load when its turn comes. */
export interface Runner {
  readonly name: string;
  run(load: Load): Promise<Outcome>;
  close?(): Promise<void>;
}

export interface Case {
  readonly title: string;
  readonly load: Load;
}

/** Outcomes of a case, by name, one for each round. */
export type Rounds = ReadonlyMap<string, readonly Outcome[]>;

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

const askIn = async (child: ChildProcess, name: string, ask: Ask): Promise<unknown> => {
  child.send(ask);
  const [answer] = (await once(child, 'message')) as [{said?: unknown; failed?: string}];
  if (answer.failed !== undefined) throw new Error(`${name}: ${answer.failed}`);
  return answer.said;
};

/** A contender of a module beside this one, in a process of its own. */
export const inProcess = async (module: string, name: string, settings: Settings): Promise<Runner> => {
  const child = fork(CHILD, {execArgv: (process.env['BENCH_NODE_OPTIONS'] ?? '').split(' ').filter(Boolean)});
  const file = new URL(`./${module}.ts`, import.meta.url).href;
  await askIn(child, name, {kind: 'open', file, name, settings});
  return {
    name,
    run: async (load) => (await askIn(child, name, {kind: 'run', load})) as Outcome,
    close: async () => {
      await askIn(child, name, {kind: 'close'});
      child.disconnect();
      await once(child, 'exit');
    },
  };
};

/** Every second round goes backwards: nobody always comes behind the same one. */
export const inTurns = async (runners: readonly Runner[], load: Load, rounds: number): Promise<Rounds> => {
  const outcomes = new Map(runners.map(({name}) => [name, [] as Outcome[]]));
  for (let round = 0; round < rounds; round++)
    for (const runner of round % 2 === 0 ? runners : [...runners].reverse())
      outcomes.get(runner.name)!.push(await runner.run(load));
  return outcomes;
};
