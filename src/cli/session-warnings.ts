import type {AuditEntry} from '../store/audit-entry.ts';
import type {Journals} from '../store/port.ts';
import type {CliContext} from './context.ts';
import {warn} from './notes.ts';
import type {OutputFlags} from './options/output.ts';
import {tellJournal} from './tell-journal.ts';

/** What a command that changes something has to warn of: on stderr at once, and all of it in its JSON answer. */
export class SessionWarnings {
  readonly #flags: Pick<OutputFlags, 'quiet'>;
  readonly #context: CliContext;
  #all: readonly string[];

  /** `known`: from the start; whoever opens the session says them. */
  constructor(known: readonly string[], flags: Pick<OutputFlags, 'quiet'>, context: CliContext) {
    this.#flags = flags;
    this.#context = context;
    this.#all = known;
  }

  get all(): readonly string[] {
    return this.#all;
  }

  async add(more: readonly string[]): Promise<void> {
    this.#all = [...this.#all, ...more];
    await warn(more, this.#flags, this.#context);
  }

  /** Writes down what was changed: `tellJournal`. */
  async journal(store: Pick<Journals, 'append'>, entry: AuditEntry): Promise<void> {
    this.#all = [...this.#all, ...(await tellJournal(store, entry, this.#flags, this.#context))];
  }
}
