import type {Command} from 'commander';
import {HELP_TOPICS} from '../help-topics.ts';
import {commandPage, type ManualPage} from './command-page.ts';
import {roffText, section, title, verbatim} from './roff.ts';

/** What `ratectl help TOPIC` prints, as a page of section 7. */
const topicPage = (name: string, summary: string, body: string, version: string): ManualPage => {
  const [, ...lines] = body.trimEnd().split('\n');
  const text = [
    title(`ratectl-${name}`, '7', version),
    section('name'),
    `${roffText(`ratectl-${name}`)} \\- ${roffText(summary)}`,
    section('description'),
    verbatim(lines.join('\n').replace(/^\n+/, '')),
    section('see also'),
    roffText('ratectl(1)'),
  ].join('\n');
  return {file: `ratectl-${name}.7`, text: `${text}\n`};
};

const commandPages = (command: Command, path: readonly string[], version: string): readonly ManualPage[] => {
  const children = command.createHelp().visibleCommands(command);
  const parent = path.length > 1 ? [`${path.slice(0, -1).join('-')}(1)`] : [];
  const topics = path.length === 1 ? HELP_TOPICS.map(({name}) => `ratectl-${name}(7)`) : ['ratectl(1)'];
  const seeAlso = [
    ...new Set([...parent, ...topics, ...children.map((child) => `${[...path, child.name()].join('-')}(1)`)]),
  ];
  return [
    commandPage(command, path, version, seeAlso),
    ...children.flatMap((child) => commandPages(child, [...path, child.name()], version)),
  ];
};

/** All pages of the manual: one for each command (section 1) and each help topic (section 7). */
export const manual = async (program: Command, version: string): Promise<readonly ManualPage[]> => [
  ...commandPages(program, [program.name()], version),
  ...(await Promise.all(
    HELP_TOPICS.map(async ({name, summary, text}) => topicPage(name, summary, await text(), version)),
  )),
];
