import {visible} from '../visible.ts';

/** Text that is markup already. Only `html` and `trusted` make it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text from outside for an element or a quoted attribute: entities, and nothing that cannot be seen. */
export const escaped = (text: string): string =>
  visible(text, {ascii: false}).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

const partText = (part: Part): string => {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return (part as readonly Part[]).map(partText).join('');
  return escaped(String(part));
};

/** Markup with values in it: every value that is not markup itself is escaped. Attributes must be quoted. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(strings.reduce((text, next, i) => text + partText(parts[i - 1]) + next));

/** What we wrote ourselves: style sheets, scripts. Never text from outside. */
export const trusted = (text: string): Markup => new Markup(text);

/** Data for a script: nothing in it can end the element or open another. */
export const jsonScript = (name: string, value: unknown): Markup =>
  trusted(
    `<script type="application/json" class="${name}">${JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )}</script>`,
  );
