import {safeText} from '../base/safe-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an attribute or an element of XML 1.0. Characters that XML forbids even as entities are written `\u001b`. */
export const xmlText = (text: string): string =>
  safeText(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

/** `name="value"` pairs with a space before each; undefined values are left out. */
export const xmlAttributes = (attributes: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('');
