/** Short names of stores: `redis`, and `redis 2` for the second of a kind. */
export const storeNames = (kinds: readonly string[]): readonly string[] =>
  kinds.map((kind, i) => {
    const before = kinds.slice(0, i).filter((other) => other === kind).length;
    return before === 0 ? kind : `${kind} ${before + 1}`;
  });
