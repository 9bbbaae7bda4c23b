import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags, outputFormat} from '../options/output.ts';

const EXAMPLES = `
Examples:
  # what can be read, and what policies can use of it
  ratectl trace formats
`;

/** `*` stands for every field that a record has. */
const attributesText = (attributes: readonly string[]): string => {
  if (!attributes.includes('*')) return attributes.join(', ');
  return [...attributes.filter((name) => name !== '*'), 'and every field by its name'].join(', ');
};

export const registerTraceFormats = (parent: Command, context: CliContext): void => {
  const command = parent
    .command('formats')
    .description('List the trace formats that can be read, and the attributes each one knows.');
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: OutputFlags) => {
    const [{TRACE_FORMATS}, {envelope}, {safeJson}] = await Promise.all([
      import('../../trace/formats/registry.ts'),
      import('../envelope.ts'),
      import('../../base/safe-text.ts'),
    ]);
    const formats = TRACE_FORMATS.map(({name, title, attributes}) => ({name, title, attributes}));
    if (outputFormat(flags) === 'json') {
      await context.streams.out.write(`${safeJson(envelope('trace-formats', {formats}, [], context), 2)}\n`);
      return;
    }
    const [{facts}, {styleOf}] = await Promise.all([
      import('../../view/facts.ts'),
      import('../options/output.ts'),
    ]);
    const rows = formats.map(({name, title, attributes}) => ({
      label: name,
      value: [title, {text: attributesText(attributes), role: 'dim' as const}],
    }));
    await context.streams.out.write(`${facts(rows, styleOf(flags, context)).join('\n')}\n`);
  });
};
