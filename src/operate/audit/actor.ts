import {hostname, userInfo} from 'node:os';

/** Who runs a command, and where: for receipts, overrides and the audit journal. Not proof of identity. */
export interface Actor {
  readonly by: string;
  readonly host: string;
}

const LONGEST = 200;

/** RATECTL_ACTOR (a pipeline's name or its user), else the user of the operating system. */
export const actorOf = (env: Readonly<Record<string, string | undefined>>): Actor => {
  const named = (env['RATECTL_ACTOR'] ?? '').trim().slice(0, LONGEST).toWellFormed();
  return {by: named === '' ? userName() : named, host: hostname()};
};

/** `ada@build-7`. */
export const actorText = ({by, host}: Actor): string => (by.includes('@') ? by : `${by}@${host}`);

const userName = (): string => {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
};
