import {MemberTable, UNWANTED} from './member-table.ts';

/**
 * The members of a record that are wanted, as a tree to scan with and a number ("slot") for each path. `a.b` means the
 * member `a.b` of the record, and member `b` of its member `a`: two slots, in that order. A number steps into an array:
 * `headers.0`. A leading dot is allowed and means nothing.
 */
export class FieldSlots {
  readonly root = new MemberTable();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The slots in which the values of a field are found, in order of preference. */
  of(field: string): readonly number[] {
    const path = field.length > 1 && field.startsWith('.') ? field.slice(1) : field;
    const parts = path.split('.');
    return parts.length === 1 || parts.includes('')
      ? [this.#slot([path])]
      : [this.#slot([path]), this.#slot(parts)];
  }

  #slot(path: readonly string[]): number {
    let table = this.root;
    path.forEach((name, depth) => {
      if (depth === path.length - 1) return;
      const member = table.want(name);
      // Also noted when only what is inside is wanted: that is how a member that appears twice is found.
      if (member.slot === UNWANTED) member.slot = this.#count++;
      member.inside ??= new MemberTable();
      table = member.inside;
    });
    const member = table.want(path.at(-1)!);
    if (member.slot === UNWANTED) member.slot = this.#count++;
    return member.slot;
  }
}
