/** A command of the tour, and what is said before it. */
export interface DemoStep {
  /** Paragraphs; lines are broken where they are shown. */
  readonly about: string;
  /** The command line after `ratectl`. */
  readonly words: readonly string[];
}

/** What the person on call does about the traffic of demo-traffic.ts, in order. */
export const DEMO_STEPS: readonly DemoStep[] = [
  {
    about: 'Who is limited now, or close to it, when does it lift, and what else needs somebody?',
    words: ['status'],
  },
  {
    about: 'acme floods the API. Why is it refused? The arithmetic, in numbers:',
    words: ['explain', 'api/acme'],
  },
  {
    about:
      'An import of initech used up its plan, and they call. What would a reset do? This changes nothing:',
    words: ['reset', 'api/initech', '--dry-run'],
  },
  {
    about: 'Do it, with a receipt of what was there:',
    words: ['reset', 'api/initech', '--yes', '--reason', 'customer call', '--receipt', 'initech.jsonl'],
  },
  {
    about: 'It was the wrong customer. The receipt brings everything back:',
    words: ['reset', '--undo', 'initech.jsonl', '--yes', '--reason', 'wrong customer'],
  },
  {
    about:
      'Whoever guesses passwords gets no more tries for ten minutes; running applications follow within a second:',
    words: [
      'override',
      'set',
      'login/203.0.113.66',
      '--block',
      '--for',
      '10m',
      '--reason',
      'guesses passwords',
    ],
  },
  {
    about:
      'The scopes of billing were changed, so its token is to be refreshed before it is due. May it be, and who would be in the way? This asks nobody:',
    words: ['force-refresh', 'billing', '--dry-run'],
  },
  {
    about: 'One call of the provider, under the lock and the budget of the applications:',
    words: ['force-refresh', 'billing', '--reason', 'new scopes'],
  },
  {
    about: 'Who did what, and why, is kept:',
    words: ['audit'],
  },
  {
    about: 'And all of it summed up, with what to change:',
    words: ['report', '--since', '20m'],
  },
];
