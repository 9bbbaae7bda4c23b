/** Why no answer came. `code` is short and holds nothing of the request. */
export class TransportError extends Error {
  readonly code: string;
  /** Whether the request may have left. */
  readonly phase: 'before-sending' | 'after-sending';

  constructor(code: string, phase: TransportError['phase']) {
    super(`no answer: ${code}`);
    this.name = 'TransportError';
    this.code = code;
    this.phase = phase;
  }
}

/**
 * What a `fetch` threw, as far as its error tells. Only failures that cannot happen once a connection stands count as before sending:
 * looking up the name, connecting, and refusing the server's certificate.
 */
export const transportErrorOf = (error: unknown): TransportError => {
  if (error instanceof TransportError) return error;
  const causes = causesOf(error);
  const code = causes.map((one) => one.code).find((one) => typeof one === 'string') ?? 'no-answer';
  const before = causes.some(
    (one) =>
      one.syscall === 'connect' ||
      one.syscall === 'getaddrinfo' ||
      (typeof one.code === 'string' && NEVER_CONNECTED.test(one.code)),
  );
  return new TransportError(shortCode(code), before ? 'before-sending' : 'after-sending');
};

const NEVER_CONNECTED =
  /^(UND_ERR_CONNECT_TIMEOUT|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|CERT_[A-Z_]+|HOSTNAME_MISMATCH|INVALID_CA)$/;

interface Caused {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** The innermost first: `fetch failed` hides the reason in its cause, several addresses theirs in a list. */
const causesOf = (error: unknown, depth = 0): readonly Caused[] => {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const one = error as Caused;
  const inner = [one.cause, ...(one.errors ?? [])].flatMap((cause) => causesOf(cause, depth + 1));
  return [...inner, one];
};

export const shortCode = (code: string): string =>
  /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : 'unknown-error';
