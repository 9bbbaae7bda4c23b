import type {Cluster, Redis} from 'ioredis';

/** A command with its arguments. */
export type RedisCommand = readonly [name: string, ...args: (string | number | Buffer)[]];

/** The answers, or the error of a command in its place. To a Cluster: all keys are in one slot, whose server gets them all. */
export const sendPipeline = async (
  client: Redis | Cluster,
  commands: readonly RedisCommand[],
): Promise<unknown[]> => answersOf(await filled(client.pipeline(), commands).exec());

/** As `sendPipeline`; no other command comes in between. */
export const sendTransaction = async (
  client: Redis | Cluster,
  commands: readonly RedisCommand[],
): Promise<unknown[]> => answersOf(await filled(client.multi(), commands).exec());

/** Each to the server of its key, or any when it has none. */
export const sendEach = (client: Cluster, commands: readonly RedisCommand[]): Promise<unknown[]> =>
  Promise.all(
    commands.map(([name, ...args]) => client.callBuffer(name, ...args).catch((error: unknown) => error)),
  );

type Chain = ReturnType<Redis['pipeline']>;

const filled = (chain: unknown, commands: readonly RedisCommand[]): Chain => {
  for (const [name, ...args] of commands) (chain as Chain).callBuffer(name, ...args);
  return chain as Chain;
};

const answersOf = (answers: [error: Error | null, answer: unknown][] | null): unknown[] =>
  (answers ?? []).map(([error, answer]) => error ?? answer);
