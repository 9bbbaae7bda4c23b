/** A command of the tour, and what is said before it. */
export interface DemoStep {
  /** Paragraphs; lines are broken where they are shown. */
  readonly about: string;
  /** The command line after `ratectl`. */
  readonly words: readonly string[];
}

/** What the person on call does about the traffic of `demoTraffic`, in order. */
export const DEMO_STEPS: readonly DemoStep[] = [
  {
    about: 'Who is limited now, or close to it, and when does it lift?',
    words: ['status'],
  },
  {
    about: 'acme is a customer. Why is it refused? The arithmetic, in numbers:',
    words: ['explain', 'api/acme'],
  },
  {
    about: 'The customer calls. What would a reset do? This changes nothing:',
    words: ['reset', 'api/acme', '--dry-run'],
  },
  {
    about: 'Do it. The receipt can bring back what was there:',
    words: ['reset', 'api/acme', '--yes', '--reason', 'customer call'],
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
    about: 'And now?',
    words: ['status'],
  },
  {
    about: 'Who did what, and why, is kept:',
    words: ['audit'],
  },
];
