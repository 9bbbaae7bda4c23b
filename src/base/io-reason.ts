const COMMON = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ENXIO: 'it is a socket or a device without a reader',
  EIO: 'the device reports an error',
};

const READING: ReadonlyMap<string, string> = new Map(
  Object.entries({...COMMON, ENOENT: 'no such file', EBADF: 'it is not open for reading'}),
);

const WRITING: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...COMMON,
    ENOENT: 'the folder does not exist',
    ENOSPC: 'no space left on the device',
    EROFS: 'the file system is read-only',
    EDQUOT: 'disk quota exceeded',
    EFBIG: 'the file would be too large',
    EPIPE: 'the reader went away',
  }),
);

const reasonIn = (words: ReadonlyMap<string, string>, error: unknown): string => {
  const {code, message = 'it cannot be opened'} = error as Partial<NodeJS.ErrnoException>;
  if (message.includes('null bytes')) return 'the path holds a null character';
  return words.get(code ?? '') ?? code ?? message;
};

/** Why reading failed, in words. */
export const readReason = (error: unknown): string => reasonIn(READING, error);

/** Why writing failed, in words. */
export const writeReason = (error: unknown): string => reasonIn(WRITING, error);
