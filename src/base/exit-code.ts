/** The exit codes of every command (`ratectl help exit-codes`). */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  storeUnreachable: 3,
  refused: 4,
  conditionMet: 5,
  partial: 6,
  nothingToDo: 7,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
