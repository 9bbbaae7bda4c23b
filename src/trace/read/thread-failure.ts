import {ioError} from './byte-source.ts';

/** What a thread that reads `path` died of: a file that cannot be read (any more) is the user's to mend, the rest is ours. */
export const threadFailure = (path: string, error: unknown): unknown =>
  /^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? '') ? ioError(path, error) : error;
