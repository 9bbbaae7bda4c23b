import type {SqliteFacts} from '../../store/examination.ts';
import {bytesText, listText} from './amounts.ts';
import {absent, all, bytes, count, found, judge, type Outcome, ok, type Rule, text} from './rule.ts';

const MIB = 1_048_576;
const GIB = 1_024 * MIB;
const LARGE_WAL = 128 * MIB;
const LITTLE_SPACE = 256 * MIB;
const NO_SPACE = 32 * MIB;
const OTHERS_WRITE = 0o022;

export const SQLITE_RULES: readonly Rule<SqliteFacts>[] = [
  {
    id: 'sqlite/schema',
    title: 'the file has the version that is needed',
    why: 'a file of a later version is refused, and one of another program is never touched',
    look: ({schema, path, file}) =>
      withFile(file, () =>
        judge(schema, ({version, newest}) => {
          const evidence = [count('version', version), count('needed', newest)];
          if (version > newest)
            return found(
              'error',
              `the file was written by a newer ratectl: version ${version}, known is ${newest}`,
              {
                where: path,
                evidence,
                next: 'npm install --global ratectl',
              },
            );
          return version < newest
            ? found(
                'note',
                version === 0 ? 'the file is empty' : 'the file is migrated by the next program that writes',
                {
                  where: path,
                  evidence,
                  next: 'start an application that uses it, or run a command that changes something',
                },
              )
            : ok(...evidence);
        }),
      ),
  },
  {
    id: 'sqlite/integrity',
    title: 'the file is whole',
    why: 'what cannot be read cannot be decided: applications decide by onStoreError, and what they counted is gone',
    look: ({complaints, path, file}) =>
      withFile(file, () =>
        judge(complaints, (said) => {
          if (said.length === 0) return ok();
          return said[0] === 'file is not a database'
            ? found('error', 'the file is no SQLite database', {
                where: path,
                next: 'give the path of a state file, or of one that does not exist yet: --store sqlite:PATH',
              })
            : found('error', `the file is damaged: ${listText(said, 2)}`, {
                where: path,
                evidence: [text('quick_check', said.join('; '))],
                next: `stop what uses it, move ${path} away with the files beside it: a new one is made, and all limits start afresh`,
              });
        }),
      ),
  },
  {
    id: 'sqlite/journal-mode',
    title: 'readers and writers do not wait for each other',
    why: 'without a WAL every look waits for every write and the other way round',
    look: ({journalMode, schema, path, file}) =>
      withFile(file, () =>
        judge(journalMode, (mode) =>
          // Whoever writes to it for the first time sets it; of what is no database it says nothing.
          mode === 'wal' || !schema.seen || schema.value.version === 0
            ? ok(text('journal_mode', mode))
            : found('warning', `the journal mode is ${mode} in place of WAL`, {
                where: path,
                evidence: [text('journal_mode', mode)],
                next: 'restart the application that writes it: it sets WAL, where the file system allows one',
              }),
        ),
      ),
  },
  {
    id: 'sqlite/file-system',
    title: 'the file is on a disk of this machine',
    why: 'locks and shared memory of network file systems cannot be relied on: processes count past each other, and the file breaks',
    look: ({space, path}) =>
      judge(space, ({fileSystem, network}) =>
        network
          ? found(fileSystem === 'FUSE' ? 'note' : 'error', `the file is on ${fileSystem}`, {
              where: path,
              evidence: [text('file system', fileSystem)],
              next: 'put it on a local disk (--store sqlite:PATH); several machines share a Redis or a Postgres',
            })
          : ok(text('file system', fileSystem)),
      ),
  },
  {
    id: 'sqlite/disk-space',
    title: 'there is space on the disk',
    why: 'a full disk refuses every check that has to be charged: applications decide by onStoreError',
    look: ({space, path}) =>
      judge(space, ({freeBytes}) => {
        const evidence = [bytes('free', freeBytes)];
        return freeBytes >= LITTLE_SPACE
          ? ok(...evidence)
          : found(
              freeBytes < NO_SPACE ? 'error' : 'warning',
              `${bytesText(freeBytes)} are left on the disk`,
              {
                where: path,
                evidence,
                next: 'free some space, or put the file elsewhere: --store sqlite:PATH',
              },
            );
      }),
  },
  {
    id: 'sqlite/permissions',
    title: 'only its owner can change the file',
    why: 'who can write the file can lift any limit; a file of another user may be lost to this one at any time',
    look: ({file, path}) => withFile(file, (facts) => permissionsOf(facts, path)),
  },
  {
    id: 'sqlite/size',
    title: 'the file has a usual size',
    why: 'a WAL that is never copied back slows every read; a large file usually has keys without bound',
    look: ({file, path}) =>
      withFile(file, ({bytes: size, walBytes}) => {
        const evidence = [bytes('file', size), bytes('WAL', walBytes)];
        return all(
          [
            size <= GIB
              ? ok()
              : found('note', `the file has ${bytesText(size)}`, {
                  where: path,
                  evidence,
                  next: 'look at which limit has so many keys: ratectl status --all -o jsonl | head',
                }),
            walBytes <= LARGE_WAL
              ? ok()
              : found(
                  'warning',
                  `the file beside it (WAL) has ${bytesText(walBytes)}: it is not copied back`,
                  {
                    where: `${path}-wal`,
                    evidence,
                    next: 'look for a process that reads for hours; it is copied back when that ends',
                  },
                ),
          ],
          ...evidence,
        );
      }),
  },
];

type File = NonNullable<SqliteFacts['file']>;

/** That there is none is told by `store/reachable`. */
const withFile = (file: SqliteFacts['file'], look: (file: File) => Outcome): Outcome =>
  file === undefined ? absent : look(file);

const permissionsOf = ({mode, ownerIsUs}: File, where: string): Outcome => {
  const evidence = mode === undefined ? [] : [text('mode', mode.toString(8).padStart(4, '0'))];
  return all(
    [
      mode !== undefined && (mode & OTHERS_WRITE) !== 0
        ? found('warning', 'other users of this machine can write the file', {
            where,
            evidence,
            next: `chmod 600 ${where}`,
          })
        : ok(),
      ownerIsUs
        ? ok()
        : found('note', 'the file belongs to another user', {
            where,
            evidence,
            next: 'run applications and commands as the same user, or give the file a group of their own',
          }),
    ],
    ...evidence,
  );
};
