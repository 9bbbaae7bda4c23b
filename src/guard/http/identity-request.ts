/** What is known of a request when its client is to be named. */
export interface IdentityRequest {
  /** Address of the socket's other end; undefined when there is none (Unix socket) or it is not known. */
  readonly peerAddress: string | undefined;
  /** A header by its name in lower case; several lines joined with `, `. */
  header(name: string): string | undefined;
  /** The value of a query parameter; undefined when it is not there exactly once. */
  query(name: string): string | undefined;
  /** The body, when it was parsed before. */
  readonly body?: unknown;
}
