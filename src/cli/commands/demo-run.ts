import {join, relative} from 'node:path';
import {packageRoot} from '../../policy/package-root.ts';
import {flow} from '../../view/flow.ts';
import type {CliContext} from '../context.ts';
import {commandLine} from '../demo/command-line.ts';
import {runLiveTour} from '../demo/live-tour.ts';
import {type OutputFlags, outputFormat, styleOf} from '../options/output.ts';
import {runSimulate} from './simulate-run.ts';

/** Text that is broken at this width reads well, however wide the terminal is. */
const WIDEST_TEXT = 80;

export const runDemo = async (flags: OutputFlags, context: CliContext): Promise<void> => {
  const guide = new DemoGuide(flags, context);
  const root = packageRoot(import.meta.url);
  // Relative where that is shorter: what is shown can be copied.
  const shown = (path: string): string => {
    const absolute = join(root, path);
    const near = relative(context.cwd, absolute);
    return near.length < absolute.length ? near : absolute;
  };
  const trace = shown('examples/traces/shop.log');
  const policy = shown('examples/policies/per-ip.yaml');
  const replay = ['simulate', trace, '--policy', policy];

  await guide.say(
    'Half an hour of a small web shop, with a scanner in it. What would happen if each address might send 10 requests per second?',
  );
  await guide.command(replay);
  await runSimulate([trace], {...flags, policy, format: 'auto'}, context);
  // The example policy's threshold may fail on the example traffic; that is the point, not an error of the demo.
  context.exitCode = 0;
  await guide.gap();
  await guide.say(
    'The threshold of this policy does not hold: simulate ends with exit code 5, and a CI step fails.',
  );

  const isScreen = ['table', 'wide'].includes(outputFormat(flags));
  if (isScreen) {
    const live = 'examples/demo/ratectl.yaml';
    await guide.say(
      'Now live: half a minute of another application went through createLimiter with a policy for logins and plans, into a temporary file that goes with this demo.',
    );
    await runLiveTour(
      {
        policy: {shown: shown(live), path: join(root, live)},
        announce: async ({about, words}) => {
          await guide.say(about);
          await guide.command(words);
        },
        ended: () => guide.gap(),
      },
      flags,
      context,
    );
  }
};
