import {parsePolicy} from '../../src/policy/load-policy.ts';
import {PolicyError, problemText} from '../../src/policy/policy-error.ts';

/** What is wrong with a policy, word for word; empty when nothing is. */
export const problemsOf = (text: string): readonly string[] => {
  try {
    parsePolicy(text, 'p.yaml');
  } catch (error) {
    if (error instanceof PolicyError) return error.problems.map(problemText);
    throw error;
  }
  return [];
};

/** A provider that is right but for `fields`, which begin in line 5, column 5. */
export const provider = (...fields: readonly string[]): string =>
  [
    'version: 1',
    'tokens:',
    '  a:',
    '    tokenUrl: https://auth.example.com/token',
    ...fields.map((field) => `    ${field}`),
    '    clientId: c',
    '',
  ].join('\n');

/** One line, which is line 2. */
export const section = (line: string): string => `version: 1\n${line}\n`;

/** Title, policy, messages. */
export type Row = readonly [string, string, ...string[]];
