import type {Redis} from 'ioredis';
import type {AccessRights} from '../examination.ts';
import {CHANNEL, KEY, NEWS, READING, type SampleCommand, WRITING} from './needed-rights.ts';
import type {RowKeys} from './row-key.ts';

type Asked = (command: readonly string[]) => Promise<boolean>;

/**
 * What the user of a connection may not do, without doing it: by `ACL DRYRUN` (Redis 7), else by queueing each command in a
 * transaction that is never executed, where the server answers by the user's rights at once. A user who may not begin one is
 * asked by sending what only reads; what else that user may do stays open.
 */
export const examineRights = async (server: Redis, keys: RowKeys): Promise<AccessRights> => {
  const told = await server.call('acl', 'whoami').then(String, () => undefined);
  const user = told ?? server.options.username ?? 'default';
  const dry = told === undefined ? undefined : await byDryRun(server, user);
  if (dry !== undefined) return {user, by: 'ACL DRYRUN', ...(await missingBy(dry, keys))};
  const transaction = server.duplicate();
  // Whatever becomes of it: with the connection the transaction is gone.
  transaction.on('error', () => {});
  try {
    await transaction.connect();
    const queued = await byTransaction(transaction);
    if (queued === undefined)
      return {user, by: 'sending what only reads', ...(await missingBySending(server, keys))};
    return {user, by: 'a transaction that is thrown away', ...(await missingBy(queued, keys))};
  } finally {
    transaction.disconnect();
  }
};

type Missing = Pick<AccessRights, 'missingToRead' | 'missingToWrite' | 'missingForNews'>;

const missingBy = async (isAllowed: Asked, keys: RowKeys): Promise<Missing> => ({
  missingToRead: await refused(READING, isAllowed, keys),
  missingToWrite: await refused(WRITING, isAllowed, keys),
  missingForNews: await refused(NEWS, isAllowed, keys),
});

const missingBySending = async (server: Redis, keys: RowKeys): Promise<Missing> => {
  const sent: Asked = ([name = '', ...args]) => isGranted(server.call(name, ...args));
  return {
    missingToRead: ['multi', ...(await refused(READING, sent, keys))],
    missingToWrite: undefined,
    missingForNews: undefined,
  };
};

const refused = async (
  commands: readonly SampleCommand[],
  isAllowed: Asked,
  keys: RowKeys,
): Promise<readonly string[]> => {
  const allowed = await Promise.all(commands.map((command) => isAllowed(argumentsOf(command, keys))));
  return commands.flatMap(([name], i) => (allowed[i] === true ? [] : [name]));
};

const argumentsOf = ([name, ...args]: SampleCommand, keys: RowKeys): readonly string[] => [
  ...name.split('|'),
  ...args.map((argument) =>
    argument === KEY ? keys.own('doctor') : argument === CHANNEL ? `${keys.prefix}~news` : String(argument),
  ),
];

/** Undefined where the server has no such command, or the user may not ask it. */
const byDryRun = async (server: Redis, user: string): Promise<Asked | undefined> => {
  const asked: Asked = async (command) =>
    String(await server.call('acl', 'dryrun', user, ...command)) === 'OK';
  try {
    await asked(['ping']);
    return asked;
  } catch {
    return undefined;
  }
};

/** Undefined: the user may not begin a transaction. */
const byTransaction = async (server: Redis): Promise<Asked | undefined> => {
  if (!(await isGranted(server.call('multi')))) return undefined;
  // What stands between may answer for the server: only where commands are queued is it safe to send one.
  if (String(await server.call('ping')) !== 'QUEUED') throw new Error('the server queues no transactions');
  return async (command) => {
    const [name = '', ...args] = command;
    // The driver takes the answer to this one for a subscription: so it is one, on a connection of its own.
    return isGranted(name === 'subscribe' ? subscribed(server, args) : server.call(name, ...args));
  };
};

/** Whether it was not refused for lack of a right. */
const isGranted = async (answer: Promise<unknown>): Promise<boolean> => {
  try {
    await answer;
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/^NOPERM/.test(message)) return false;
    // Another node of the Cluster has the key, or the like: the rights were looked at before.
    if (/^[A-Z]+ /.test(message)) return true;
    throw error;
  }
};

const subscribed = async (server: Redis, channels: readonly string[]): Promise<void> => {
  const subscriber = server.duplicate();
  subscriber.on('error', () => {});
  try {
    await subscriber.connect();
    await subscriber.subscribe(...channels);
  } finally {
    subscriber.disconnect();
  }
};
