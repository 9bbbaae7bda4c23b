const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'too many open files'],
  ['EIO', 'the device reports an error'],
]);

/** Why reading failed, in words. */
export const ioReason = (error: unknown): string => {
  const {code, message} = error as NodeJS.ErrnoException;
  if (message.includes('null bytes')) return 'the path holds a null character';
  return REASONS.get(code ?? '') ?? code ?? 'it cannot be opened';
};
