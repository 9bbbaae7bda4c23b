import {ExitCode} from './exit-code.ts';

/** Where in a file something is wrong: 1-based; `column` counts characters, not bytes. */
export interface Location {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ErrorDetails {
  /** Stable, machine-readable name, e.g. `policy/unknown-field`. */
  readonly code: string;
  /** What the user can do next; one sentence or one command. */
  readonly hint?: string;
  /** Process exit code; default 2 (usage or bad input). */
  readonly exit?: ExitCode;
  readonly where?: Location;
  readonly cause?: unknown;
}

/**
 * An error that a user can act on. `message` is lower case, names the offending value, and says what was expected;
 * `hint` says what to do next. Only `main.ts` turns it into text and an exit code.
 */
export class RatectlError extends Error {
  /** Literal brand: survives two copies of the package in one process, where `instanceof` does not. */
  readonly isRatectlError = true;
  readonly code: string;
  readonly hint: string | undefined;
  readonly exit: ExitCode;
  readonly where: Location | undefined;

  constructor(message: string, details: ErrorDetails) {
    super(message, {cause: details.cause});
    this.name = 'RatectlError';
    this.code = details.code;
    this.hint = details.hint;
    this.exit = details.exit ?? ExitCode.usage;
    this.where = details.where;
  }

  /** The same error with its place: for code that learns where only after it was thrown. */
  at(where: Location): RatectlError {
    const {code, exit, cause, hint} = this;
    return new RatectlError(this.message, {code, exit, cause, where, ...(hint === undefined ? {} : {hint})});
  }
}

export const isRatectlError = (error: unknown): error is RatectlError =>
  typeof error === 'object' && error !== null && 'isRatectlError' in error;

/** `file:line:column`, leaving out what is unknown. */
export const formatLocation = (where: Location): string =>
  [where.file, where.line, where.line === undefined ? undefined : where.column]
    .filter((part) => part !== undefined)
    .join(':');
