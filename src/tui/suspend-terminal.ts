/** Hands the terminal to somebody else while `during` runs, and takes it back. */
export type SuspendTerminal = (during: () => Promise<void>) => Promise<void>;
