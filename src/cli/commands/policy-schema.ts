import type {Command} from 'commander';
import type {CliContext} from '../context.ts';

const EXAMPLES = `
Examples:
  # let an editor check and complete ratectl.yaml
  ratectl policy schema > ratectl.schema.json

  # and as its first line: # yaml-language-server: $schema=ratectl.schema.json
`;

export const registerPolicySchema = (policy: Command, context: CliContext): void => {
  policy
    .command('schema')
    .description('Print the JSON Schema of policy files, for editors.')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const [{policyJsonSchema}, {safeJson}] = await Promise.all([
        import('../../policy/json-schema.ts'),
        import('../../base/safe-text.ts'),
      ]);
      await context.streams.out.write(`${safeJson(policyJsonSchema(), 2)}\n`);
    });
};
