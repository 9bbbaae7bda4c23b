/** A pattern in which `*` stands for any run of characters and `\*` for a star; compiled to a test of texts. */
export const compileGlob = (pattern: string): ((text: string) => boolean) => {
  const runs = pattern.split(/(?<!\\)\*/).map((run) => run.replaceAll('\\*', '*'));
  const first = runs[0]!;
  if (runs.length === 1) return (text) => text === first;
  const last = runs.at(-1)!;
  const middle = runs.slice(1, -1);
  return (text) => {
    if (!text.startsWith(first)) return false;
    const lastAt = text.length - last.length;
    let at = first.length;
    for (const run of middle) {
      const found = text.indexOf(run, at);
      if (found < 0 || found + run.length > lastAt) return false;
      at = found + run.length;
    }
    return lastAt >= at && text.endsWith(last);
  };
};
