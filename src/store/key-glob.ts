/**
 * A glob over keys: `*` is any run of characters, `?` one character (code point), `\` takes the next one as it is; everything
 * else, brackets and braces included, stands for itself. Unlike a regular expression it never takes more than pattern × key steps.
 */
export const compileKeyGlob = (pattern: string): ((key: string) => boolean) => {
  const parts = partsOf(pattern);
  return (key) => {
    const text = Array.from(key);
    let at = 0;
    let part = 0;
    // Where to go on when what follows the last `*` does not fit: one character later.
    let afterStar = -1;
    let retryAt = 0;
    while (at < text.length) {
      const wanted = parts[part];
      if (wanted?.kind === 'run') {
        afterStar = ++part;
        retryAt = at;
      } else if (wanted?.kind === 'one' || (wanted?.kind === 'text' && wanted.char === text[at])) {
        part++;
        at++;
      } else if (afterStar >= 0) {
        part = afterStar;
        at = ++retryAt;
      } else {
        return false;
      }
    }
    while (parts[part]?.kind === 'run') part++;
    return part === parts.length;
  };
};

/** What every key that matches begins with: where an index can start. */
export const literalPrefix = (pattern: string): string => {
  let prefix = '';
  for (const part of partsOf(pattern)) {
    if (part.kind !== 'text') break;
    prefix += part.char;
  }
  return prefix;
};

type Part = {readonly kind: 'run'} | {readonly kind: 'one'} | {readonly kind: 'text'; readonly char: string};

const partsOf = (pattern: string): readonly Part[] => {
  const parts: Part[] = [];
  const chars = Array.from(pattern);
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    if (char === '*') {
      if (parts.at(-1)?.kind !== 'run') parts.push({kind: 'run'});
    } else if (char === '?') {
      parts.push({kind: 'one'});
    } else {
      // A backslash at the very end quotes nothing: it stands for itself.
      if (char === '\\' && i + 1 < chars.length) i++;
      parts.push({kind: 'text', char: chars[i]!});
    }
  }
  return parts;
};
