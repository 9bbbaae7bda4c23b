import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';

export const registerDemo = (program: Command, context: CliContext): void => {
  const command = program
    .command('demo')
    .description(
      'Replay the example traffic of a small web shop through an example policy: no server, no set-up.',
    );
  addOutputOptions(command);
  command.action(async (flags: OutputFlags) => {
    const [{runSimulate}, {packageRoot}, {join, relative}] = await Promise.all([
      import('./simulate-run.ts'),
      import('../../policy/presets.ts'),
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
    if (flags.quiet !== true) await err.write(`$ ratectl simulate ${trace} --policy ${policy}\n\n`);
    await runSimulate([trace], {...flags, policy, format: 'auto'}, context);
    // The example policy's threshold may fail on the example traffic; that is the point, not an error of the demo.
    context.exitCode = 0;
    if (flags.quiet !== true) {
      await err.write(`
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
