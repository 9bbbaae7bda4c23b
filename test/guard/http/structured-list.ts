/**
 * A strict parser of Lists of Items (RFC 9651 4.2), for tests: written from the RFC, knowing nothing of how the fields are made,
 * and itself held to `ietf_ratelimit_headers.json`.
 */
export interface Item {
  readonly item: Bare;
  readonly params: Readonly<Record<string, Bare>>;
}

export type Bare = string | number | boolean | {readonly token: string} | {readonly bytes_hex: string};

export const parseList = (text: string): readonly Item[] => {
  if (/[^\x00-\x7f]/.test(text)) throw new Error('not ASCII');
  const reader = new Reader(text);
  reader.skip(/ */y);
  const items: Item[] = [];
  if (reader.done) return items;
  for (;;) {
    items.push(reader.item());
    reader.skip(/[ \t]*/y);
    if (reader.done) return items;
    reader.expect(/,/y);
    reader.skip(/[ \t]*/y);
    if (reader.done) throw new Error('trailing comma');
  }
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at === this.#text.length;
  }

  skip(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#at += found?.length ?? 0;
    return found;
  }

  expect(pattern: RegExp): string {
    const found = this.skip(pattern);
    if (found === undefined) throw new Error(`expected ${pattern} at ${this.#at} of ${this.#text}`);
    return found;
  }

  item(): Item {
    const item = this.#bare();
    const params: Record<string, Bare> = {};
    while (this.skip(/;/y) !== undefined) {
      this.skip(/ */y);
      const key = this.expect(/[a-z*][a-z0-9_.*-]*/y);
      params[key] = this.skip(/=/y) === undefined ? true : this.#bare();
    }
    return {item, params};
  }

  #bare(): Bare {
    if (this.#text[this.#at] === '"') {
      const quoted = this.expect(/"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y);
      return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    }
    if (this.#text[this.#at] === ':') {
      const base64 = this.expect(/:[A-Za-z0-9+/=]*:/y).slice(1, -1);
      return {bytes_hex: Buffer.from(base64, 'base64').toString('hex')};
    }
    const number = this.skip(/-?\d{1,15}(?:\.\d{1,3})?(?!\d)/y);
    if (number !== undefined) return Number(number);
    const bool = this.skip(/\?[01]/y);
    if (bool !== undefined) return bool === '?1';
    return {token: this.expect(/[A-Za-z*][!#$%&'*+.^_`|~\w:/-]*/y)};
  }
}
