/** Text as roff takes it: nothing in it is a request, an escape or a typographic sign. */
export const roffText = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(/^\./gm, '\\&.')
    // Readers of manuals may have no UTF-8: what is no ASCII is named, and shown as well as the terminal can.
    .replaceAll(
      /[^\0-\x7f]/gu,
      (sign) => `\\[u${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    );

/** An argument of a request: in quotation marks, which are doubled inside. */
const argument = (text: string): string => `"${roffText(text).replaceAll('"', '""')}"`;

export const bold = (text: string): string => `\\fB${roffText(text)}\\fR`;
export const italic = (text: string): string => `\\fI${roffText(text)}\\fR`;

export const section = (title: string): string => `.SH ${argument(title.toUpperCase())}`;
export const subsection = (title: string): string => `.SS ${argument(title)}`;

/** Lines as they are, right below a heading. */
export const verbatim = (text: string): string => `.nf\n.RS 0\n${roffText(text)}\n.RE\n.fi`;

/** A term and what it means. `term` is roff already. */
export const item = (term: string, description: string): string => `.TP\n${term}\n${roffText(description)}`;

/** `.TH`: a page without a date, so that the same sources give the same bytes; no word is cut, no line stretched. */
export const title = (name: string, manual: '1' | '7', version: string): string =>
  `.\\" Generated from the command line itself: npm run manual.\n.TH ${argument(name.toUpperCase())} ${manual} "" ${argument(`ratectl ${version}`)} ${argument('ratectl manual')}\n.nh\n.ad l`;
