import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

const EXAMPLES = `
Examples:
  # the screen
  ratectl demo

  # what a pull request would show
  ratectl demo --output md
`;

export const registerDemo = (program: Command, context: CliContext): void => {
  const command = program
    .command('demo')
    .description(
      'Replay the example traffic of a small web shop through an example policy: no server, no set-up.',
    );
  addOutputOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: OutputFlags) => {
    const [{runSimulate}, {packageRoot}, {join, relative}] = await Promise.all([
      import('./simulate-run.ts'),
      import('../../policy/package-root.ts'),
      import('node:path'),
    ]);
    const root = packageRoot(import.meta.url);
    // Relative where that is shorter: what is shown can be copied.
    const shown = (path: string): string => {
      const absolute = join(root, path);
      const near = relative(context.cwd, absolute);
      return near.length < absolute.length ? near : absolute;
    };
    const trace = shown('examples/traces/shop.log');
    const policy = shown('examples/policies/per-ip.yaml');
    const {err} = context.streams;
    if (flags.quiet !== true)
      await err.write(`Half an hour of a small web shop, with a scanner in it; each address may send 10
requests per second:

$ ratectl simulate ${trace} --policy ${policy}

`);
    await runSimulate([trace], {...flags, policy, format: 'auto'}, context);
    // The example policy's threshold may fail on the example traffic; that is the point, not an error of the demo.
    context.exitCode = 0;
    if (flags.quiet !== true) {
      await err.write(`
The threshold of this policy does not hold: simulate ends with exit code 5, and a
CI step fails.

Next:
  ratectl trace info ${trace}
  ratectl simulate ${trace} --policy ${policy} --bounds
  ratectl simulate YOUR.log --policy ${policy}
  ratectl init                         # a policy of your own
  ratectl simulate --help
`);
    }
  });
};
