/** A command with a name that a shell takes as it is; another one has to be quoted by whoever knows the shell. */
export const command = (words: string, name: string): string =>
  `${words} ${/^[A-Za-z0-9_.:-]+$/.test(name) ? name : 'NAME'}`;
