import {Chalk} from 'chalk';
import type {Style} from './style.ts';

/** What a piece of text means. Never the only carrier of that meaning: a word or a sign says it too. */
export type Role = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

export type Paint = (text: string, role?: Role) => string;

/**
 * The one place that knows colours. The level is set here, since chalk looks at the environment and not at what the
 * user asked for. Only the 16 colours of the user's own palette: they are readable on dark and on light.
 */
export const painter = (style: Pick<Style, 'colour'>): Paint => {
  const chalk = new Chalk({level: style.colour ? 1 : 0});
  const roles: Readonly<Record<Role, (text: string) => string>> = {
    good: chalk.green,
    bad: chalk.red.bold,
    warn: chalk.yellow,
    dim: chalk.dim,
    strong: chalk.bold,
  };
  return (text, role) => (role === undefined || text === '' ? text : roles[role](text));
};
