/**
 * Which attributes a policy reads, and in which column of a batch each one is. Readers fill exactly these columns.
 */
export class AttributeColumns {
  readonly #names: string[] = [];
  readonly #aliases = new Map<string, string>();

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get count(): number {
    return this.#names.length;
  }

  /** The column of an attribute, added when it is new. */
  add(name: string): number {
    const found = this.of(name);
    return found >= 0 ? found : this.#names.push(this.#aliases.get(name) ?? name) - 1;
  }

  /** Makes `name` another name of the column of `target`: both then read the same bytes. */
  alias(name: string, target: string): void {
    this.#aliases.set(name, target);
  }

  /** −1 when nobody reads it. */
  of(name: string): number {
    return this.#names.indexOf(this.#aliases.get(name) ?? name);
  }
}
