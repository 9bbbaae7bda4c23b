import {RatectlError} from '../../base/ratectl-error.ts';

/**
 * `node:sqlite`, loaded when it is needed. Some versions of Node warn that it is experimental; that is no news for whoever uses
 * ratectl, so the warning is held back while the module loads, which is synchronous: no other warning is lost.
 */
export const loadSqlite = (): typeof import('node:sqlite') => {
  const {emitWarning} = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite') ?? tooOld();
  } finally {
    process.emitWarning = emitWarning;
  }
};

/** The command starts a Node that is new enough; a library runs on that of the application. */
const tooOld = (): never => {
  throw new RatectlError(`the embedded store needs Node 22.18 or newer, this is ${process.versions.node}`, {
    code: 'store/node-version',
    hint: 'run the application on a newer Node, or use Redis or Postgres',
  });
};
