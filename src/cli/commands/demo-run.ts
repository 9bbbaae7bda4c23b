import {join, relative} from 'node:path';
import {packageRoot} from '../../policy/package-root.ts';
import type {CliContext} from '../context.ts';
import {DemoGuide} from '../demo/demo-guide.ts';
import {runLiveTour} from '../demo/live-tour.ts';
import {type OutputFlags, outputFormat} from '../options/output.ts';
import {runSimulate} from './simulate-run.ts';

const TRACE = 'examples/traces/shop.log';
const POLICY = 'examples/policies/per-ip.yaml';
const LIVE_POLICY = 'examples/demo/ratectl.yaml';

/** A replay; as a screen also the live commands. Another format is one document, for programs: the replay alone. */
export const runDemo = async (flags: OutputFlags, context: CliContext): Promise<void> => {
  const {streams} = context;
  const guide = new DemoGuide(flags, context);
  const root = packageRoot(import.meta.url);
  // Relative where that is shorter: what is shown can be copied.
  const shown = (path: string): string => {
    const absolute = join(root, path);
    const near = relative(context.cwd, absolute);
    return near.length < absolute.length ? near : absolute;
  };
  const trace = shown(TRACE);
  const policy = shown(POLICY);
  // Screens stand apart on stdout, too; one document stays as it is.
  const gap = (): Promise<void> => streams.out.write('\n');
  const isScreen = ['table', 'wide'].includes(outputFormat(flags));

  await guide.say(
    'Half an hour of a small web shop, with a scanner in it; each address may send 10 requests per second:',
  );
  await guide.command(['simulate', trace, '--policy', policy]);
  await runSimulate([trace], {...flags, policy, format: 'auto'}, context);
  // The example policy's threshold may fail on the example traffic; that is the point, not an error of the demo.
  context.exitCode = 0;
  if (isScreen) await gap();
  else await guide.lines(['']);
  await guide.say(
    'The threshold of this policy does not hold: simulate ends with exit code 5, and a CI step fails.',
  );

  if (isScreen) {
    await guide.say(
      `Now live. An application checks its requests with createLimiter and ${shown(LIVE_POLICY)}: half a minute of traffic went into a store, here a temporary file that goes when the demo ends. No other store is touched.`,
    );
    await runLiveTour(
      {
        policy: {shown: shown(LIVE_POLICY), path: join(root, LIVE_POLICY)},
        announce: async ({about, words}, place) => {
          if (place === 'next') await gap();
          await guide.say(about);
          await guide.command(words);
        },
      },
      flags,
      context,
    );
    await guide.lines(['']);
  }

  await guide.lines([
    'Next:',
    `  ratectl trace info ${trace}`,
    `  ratectl simulate ${trace} --policy ${policy} --bounds`,
    `  ratectl simulate YOUR.log --policy ${policy}`,
    '  ratectl init                         # a policy of your own',
    '  ratectl --help',
    '',
    `How an application uses it: ${shown('docs/library.md')}`,
  ]);
};
