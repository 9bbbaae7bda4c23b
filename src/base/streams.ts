/**
 * Everything the terminal can do comes through this one object, which tests replace.
 * Data goes to `out`; all else (progress, warnings, errors) to `err`.
 */
export interface Streams {
  readonly out: TextSink;
  readonly err: TextSink;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface TextSink {
  /** Resolves once the text is handed over. A reader that went away (`| head`) is no error: it sets `closed`. */
  write(text: string | Uint8Array): Promise<void>;
  readonly isTTY: boolean;
  /** Width in columns; 80 when unknown. */
  readonly columns: number;
  /** Height in lines; undefined when unknown, and for what is no terminal. */
  readonly rows?: number | undefined;
  /** Whether the reader went away: nothing written from now on is seen by anybody. */
  readonly closed: boolean;
}
