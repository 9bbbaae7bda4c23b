import {randomUUID} from 'node:crypto';

/** Ids that nobody else makes, and that are known again. */
export class OwnIds {
  readonly #prefix = `${randomUUID().slice(0, 13)}:`;
  #count = 0;

  next(): string {
    return `${this.#prefix}${(++this.#count).toString(36)}`;
  }

  readonly owns = ({id}: {readonly id: string}): boolean => id.startsWith(this.#prefix);
  readonly isOthers = (one: {readonly id: string}): boolean => !this.owns(one);
}
