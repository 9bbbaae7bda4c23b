import {setTimeout as sleep} from 'node:timers/promises';
import {createQueue} from '../../guard/queue/create-queue.ts';
import type {WorkQueue} from '../../guard/queue/work-queue.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import type {DemoInstance} from './demo-instance.ts';

interface Mail {
  readonly to: string;
  /** Attempts that fail before one succeeds. */
  readonly failures: number;
}

const ATTRIBUTES = {job: 'mail', provider: 'mailer'};
const SENDING_MS = 50;
/** More than a queue of the demo tries. */
const HOPELESS = 100;

/** Mails that wait in a queue until their provider's limit allows them: most are sent, some at the second attempt, some never. */
export class DemoMails {
  readonly #queue: WorkQueue<Mail>;
  #added = 0;

  private constructor(queue: WorkQueue<Mail>) {
    this.#queue = queue;
  }

  /** Begins with a newsletter, more than the limit lets through at once, so that mails are parked. */
  static async start({store, limiter, tokens}: DemoInstance, policy: LoadedPolicy): Promise<DemoMails> {
    const queue = await createQueue<Mail>({policy, queue: 'mails', store, timeoutMs: 60_000});
    const mails = new DemoMails(queue);
    await mails.add('interactive', HOPELESS);
    await mails.newsletter();
    queue.work(
      async ({to, failures}, {attempt}) => {
        // Without a token the provider is not asked, which is a failed attempt as any other.
        await tokens.token('crm');
        await sleep(SENDING_MS);
        if (attempt <= failures) throw new Error(`450 mailbox of ${to} is unavailable`);
      },
      {concurrency: 2, limiter},
    );
    return mails;
  }

  /** A mail that somebody waits for; each seventh is delivered at the second attempt, each fortieth never. */
  async one(): Promise<void> {
    const failures = this.#added % 40 === 39 ? HOPELESS : this.#added % 7 === 6 ? 1 : 0;
    await this.add('interactive', failures);
  }

  async newsletter(): Promise<void> {
    for (let i = 0; i < 24; i++) await this.add('batch', 0);
  }

  async add(inClass: 'interactive' | 'batch', failures: number): Promise<void> {
    const to = `customer-${++this.#added}@example.com`;
    await this.#queue.add({to, failures}, {class: inClass, attributes: ATTRIBUTES});
  }

  close(): Promise<void> {
    return this.#queue.close();
  }
}
