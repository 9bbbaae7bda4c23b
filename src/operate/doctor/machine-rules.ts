import {isOlder, versionNumbers} from './amounts.ts';
import {found, ok, type Rule, text} from './rule.ts';

export interface MachineFacts {
  /** `0.1.0`. */
  readonly ratectl: string;
  /** `24.1.0`. */
  readonly node: string;
  readonly platform: string;
}

const OLDEST_NODE = '22.18';

export const MACHINE_RULES: readonly Rule<MachineFacts>[] = [
  {
    id: 'machine/ratectl-version',
    title: 'the version of ratectl',
    why: 'an unreleased version may write what no released one reads',
    look: ({ratectl}) =>
      ratectl.includes('-')
        ? found('note', `ratectl ${ratectl} is not a released version`, {
            evidence: [text('version', ratectl)],
            next: 'npm install --global ratectl',
          })
        : ok(text('version', ratectl)),
  },
  {
    id: 'machine/node-version',
    title: 'the version of Node',
    why: 'ratectl needs what came with Node 22.18, and is tested on releases with long-term support',
    look: ({node, platform}) => {
      const evidence = [text('node', node), text('platform', platform)];
      if (isOlder(node, OLDEST_NODE))
        return found('error', `Node ${node} is too old: ratectl needs ${OLDEST_NODE} or newer`, {
          evidence,
          next: 'install Node 24 from nodejs.org or with the package manager',
        });
      if (versionNumbers(node)[0]! % 2 === 1 || node.includes('-'))
        return found('note', `Node ${node} is not a release with long-term support`, {
          evidence,
          next: 'use a release with an even number, such as Node 24',
        });
      return ok(...evidence);
    },
  },
];
