import {found, ok, type Rule, text} from './rule.ts';

/** How the attempt to reach the store ended. */
export interface ReachFacts {
  /** Without any secret. */
  readonly url: string;
  readonly outcome:
    | {readonly kind: 'reached'}
    /** An embedded store that nobody has used yet. */
    | {readonly kind: 'no-file'; readonly path: string}
    | {readonly kind: 'memory'}
    /** `message` without any secret. */
    | {readonly kind: 'failed'; readonly message: string; readonly hint: string}
    /** It answers, and commands and applications cannot use it. `message` without any secret. */
    | {readonly kind: 'unusable'; readonly message: string; readonly hint: string};
  /** Whether flags, environment or configuration name the store; else it is the default one. */
  readonly named: boolean;
}

export const REACH_RULES: readonly Rule<ReachFacts>[] = [
  {
    id: 'store/reachable',
    title: 'the store can be reached and used',
    why: 'no limit can be decided or looked at: applications decide by onStoreError',
    look: ({outcome, url, named}) => {
      switch (outcome.kind) {
        case 'reached':
          return ok(text('store', url));
        case 'memory':
          return found('note', 'memory: is in each process by itself, and gone when it ends', {
            where: url,
            next: 'name a store that applications share: --store sqlite:PATH, redis://HOST or postgres://HOST/DATABASE',
          });
        case 'no-file':
          return found(named ? 'warning' : 'note', 'there is no state yet: the file does not exist', {
            where: outcome.path,
            next: named
              ? 'check the path; an application that uses createLimiter with it makes the file'
              : 'run an application that uses createLimiter, name another store with --store or --context, or try: ratectl demo',
          });
        case 'failed':
          return found('error', outcome.message, {where: url, next: outcome.hint});
        case 'unusable':
          return found('error', `the server answers, and cannot be used: ${outcome.message}`, {
            where: url,
            next: outcome.hint,
          });
      }
    },
  },
];
