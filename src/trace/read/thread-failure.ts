import {ioError, shrunk} from './byte-source.ts';

/** The code of the error a thread ends with when its file became shorter: an error of ours would lose its class on the way. */
export const SHRUNK = 'ESHRUNK';

/** What a thread that reads `path` died of: a file that cannot be read (any more) is the user's to mend, the rest is ours. */
export const threadFailure = (path: string, error: unknown): unknown => {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === SHRUNK) return shrunk(path);
  return /^E[A-Z]+$/.test(code) ? ioError(path, error) : error;
};
