/** A command about a key, ready to be copied where a shell takes the key as it is; else with a word in its place. */
export const keyCommand = (words: string, limit: string, key: string): string =>
  `${words} ${/^[A-Za-z0-9_.:/@-]+$/.test(key) ? `${limit}/${key}` : 'LIMIT/KEY'}`;
