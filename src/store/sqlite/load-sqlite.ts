/**
 * `node:sqlite`, loaded when it is needed. Some versions of Node warn that it is experimental; that is no news for whoever uses
 * ratectl, so the warning is held back while the module loads, which is synchronous: no other warning is lost.
 */
export const loadSqlite = (): typeof import('node:sqlite') => {
  const {emitWarning} = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
};
