import {hashBytes} from '../../engine/request-batch.ts';

/** No value of this member is wanted. */
export const UNWANTED = -1;

/** A member that objects at one place of a record have: one that is wanted, or one that was met. */
export class Member {
  /** As it stands between the quotes, without escapes. */
  readonly name: Uint8Array;
  readonly hash: number;
  /** Whether the name stands in JSON as it is, so that comparing bytes finds it: no quote, backslash or control character. */
  readonly plain: boolean;
  /** Where its value is noted; `UNWANTED` when it is skipped. */
  slot: number = UNWANTED;
  /** What is wanted inside its value, an object or array. */
  inside: MemberTable | null = null;
  /** The member that followed it in the last object: most likely it does again. */
  next: Member | null = null;

  constructor(name: Uint8Array, hash: number) {
    this.name = name;
    this.hash = hash;
    this.plain = !name.some((byte) => byte < 0x20 || byte === 0x22 || byte === 0x5c);
  }
}

/** How many members nobody asked for are remembered, so that made-up names cannot fill the memory. */
const MAX_MET = 64;

/**
 * The members of the objects at one place of a record, found by name. Records of one trace mostly have the same members
 * in the same order, so that `first` and `Member.next` predict each one and a comparison of bytes is all that is needed;
 * the hash table is for surprises.
 */
export class MemberTable {
  /** The first member of the last object. */
  first: Member | null = null;
  /** For arrays: the elements that are wanted, by index. */
  readonly elements: Member[] = [];
  #slots: (Member | null)[] = new Array<Member | null>(16).fill(null);
  #count = 0;
  #met = 0;

  /** The member of that name, made when it is new. For building; the names that are wanted come through here. */
  want(name: string): Member {
    const bytes = new TextEncoder().encode(name);
    const member = this.#find(bytes, 0, bytes.length) ?? this.#insert(bytes);
    if (/^\d{1,3}$/.test(name)) this.elements[Number(name)] = member;
    return member;
  }

  /** The member of that name; null when nobody asked for it and too many such were met. */
  of(bytes: Uint8Array, start: number, end: number): Member | null {
    const found = this.#find(bytes, start, end);
    if (found !== null || this.#met === MAX_MET) return found;
    this.#met++;
    // A copy: `bytes` is a buffer that will be filled again.
    return this.#insert(new Uint8Array(bytes.subarray(start, end)));
  }

  #find(bytes: Uint8Array, start: number, end: number): Member | null {
    const hash = hashBytes(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const member = this.#slots[i]!;
      if (member === null || (member.hash === hash && sameBytes(member.name, bytes, start, end)))
        return member;
    }
  }

  #insert(name: Uint8Array): Member {
    const member = new Member(name, hashBytes(name, 0, name.length));
    this.#count++;
    if (2 * this.#count > this.#slots.length) this.#grow();
    this.#place(member);
    return member;
  }

  #place(member: Member): void {
    const mask = this.#slots.length - 1;
    let i = member.hash & mask;
    while (this.#slots[i] !== null) i = (i + 1) & mask;
    this.#slots[i] = member;
  }

  #grow(): void {
    const members = this.#slots;
    this.#slots = new Array<Member | null>(2 * members.length).fill(null);
    for (const member of members) if (member !== null) this.#place(member);
  }
}

const sameBytes = (name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
};
