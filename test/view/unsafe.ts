// Written apart from base/safe-text.ts, from the Unicode categories: control, format, surrogate, separators of lines.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

// Format characters with a shape: signs for numbers and verses of Arabic, Syriac and Kaithi. They are text.
const SHAPED = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/gu;

/** The first character of a text that could act on a terminal, a viewer or a log, as U+…; line breaks are expected. */
export const unsafeIn = (text: string): string | undefined => {
  const found = UNSAFE.exec(text.replaceAll('\n', '').replace(SHAPED, ''))?.[0];
  return found === undefined ? undefined : `U+${found.codePointAt(0)!.toString(16)}`;
};

/** The text without the colours that views set: SGR with plain numbers. */
export const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, '');
