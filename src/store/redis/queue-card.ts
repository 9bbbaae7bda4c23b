import type {ClaimedItem, QueueItem} from '../port.ts';
import {storedJson} from '../stored-json.ts';

/**
 * A card of a queue (see lua/queues.lua.ts) and its payload as the item. Undefined when it is not ours, and when another
 * worker took the item out meanwhile.
 */
export const queueItem = (id: unknown, card: unknown, payload: unknown): QueueItem | undefined => {
  if (card === null || card === undefined || payload === null || payload === undefined) return undefined;
  const parts = CARD.exec(String(card));
  if (parts === null) return undefined;
  const [, attempts, notBefore, , rank, enqueuedAt, name, error] = parts;
  return {
    id: String(id),
    class: className(name!),
    rank: numberOf(rank!),
    notBefore: numberOf(notBefore!),
    payload: storedJson(String(payload)),
    enqueuedAt: numberOf(enqueuedAt!),
    attempts: numberOf(attempts!),
    error: error!,
  };
};

/** As `queueItem`, with the claim that is in force. */
export const claimedItem = (
  id: unknown,
  card: unknown,
  payload: unknown,
  leasedUntil: number,
): ClaimedItem | undefined => {
  const item = queueItem(id, card, payload);
  if (item === undefined) return undefined;
  return {...item, leasedUntil, fencingToken: Number(CARD.exec(String(card))![3])};
};

const CARD = /^(\S+) (\S+) (\d+) (\S+) (\S+) (\S+) ([\s\S]*)$/;

/** The name of a class without any blank: cards are cut at blanks. */
export const classWord = (name: string): string => JSON.stringify(name).replace(/\s/g, unicodeEscape);

const unicodeEscape = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

export const className = (word: string): string => {
  const name = storedJson(word);
  return typeof name === 'string' ? name : word;
};

/** A number as Lua and the server read it, and how it comes back. */
export const numberWord = (number: number): string =>
  Number.isFinite(number) ? String(number) : number > 0 ? 'inf' : '-inf';

export const numberOf = (word: string): number =>
  word === 'inf' ? Number.POSITIVE_INFINITY : word === '-inf' ? Number.NEGATIVE_INFINITY : Number(word);
