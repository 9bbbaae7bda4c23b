import type {PutOptions, StoredDocument} from '../port.ts';

/** Documents are kept as JSON text: nobody changes what another one holds. */
type Kept = Omit<StoredDocument, 'value'> & {readonly json: string};

export class MemoryDocuments {
  readonly #kinds = new Map<string, Map<string, Kept>>();

  get(kind: string, id: string, now: number): StoredDocument | undefined {
    const kept = this.#live(kind, id, now);
    return kept && parsed(kept);
  }

  list(kind: string, now: number): readonly StoredDocument[] {
    const ids = [...(this.#kinds.get(kind)?.keys() ?? [])].sort();
    return ids.map((id) => this.get(kind, id, now)).filter((document) => document !== undefined);
  }

  put(
    kind: string,
    id: string,
    value: unknown,
    {expiresAt = Number.POSITIVE_INFINITY, ifVersion}: PutOptions,
    now: number,
  ): StoredDocument | undefined {
    const version = this.#live(kind, id, now)?.version ?? 0;
    if (ifVersion !== undefined && ifVersion !== version) return undefined;
    const kept = {id, version: version + 1, expiresAt, json: JSON.stringify(value)};
    const documents = this.#kinds.get(kind) ?? new Map<string, Kept>();
    this.#kinds.set(kind, documents.set(id, kept));
    return parsed(kept);
  }

  remove(kind: string, id: string, ifVersion: number | undefined, now: number): boolean {
    const kept = this.#live(kind, id, now);
    if (kept === undefined || (ifVersion !== undefined && ifVersion !== kept.version)) return false;
    return this.#kinds.get(kind)!.delete(id);
  }

  sweep(now: number): number {
    let removed = 0;
    for (const documents of this.#kinds.values()) {
      for (const {id, expiresAt} of documents.values())
        if (expiresAt <= now && documents.delete(id)) removed++;
    }
    return removed;
  }

  #live(kind: string, id: string, now: number): Kept | undefined {
    const kept = this.#kinds.get(kind)?.get(id);
    return kept === undefined || kept.expiresAt <= now ? undefined : kept;
  }
}

const parsed = ({json, ...kept}: Kept): StoredDocument => ({...kept, value: JSON.parse(json)});
