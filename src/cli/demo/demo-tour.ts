import {runSimulate} from '../commands/simulate-run.ts';
import type {CliContext} from '../context.ts';
import type {OutputFlags} from '../options/output.ts';
import type {DemoFile} from './demo-files.ts';
import type {DemoGuide} from './demo-guide.ts';
import {runLiveTour} from './live-tour.ts';
import type {RunningDemo} from './start-demo.ts';

export interface TourFiles {
  readonly trace: DemoFile;
  readonly policy: DemoFile;
  /** The policy of the service. */
  readonly service: DemoFile;
}

/** Shows a replay. */
export const showReplay = async (
  {trace, policy}: Pick<TourFiles, 'trace' | 'policy'>,
  guide: DemoGuide,
  flags: OutputFlags,
  context: CliContext,
): Promise<void> => {
  await guide.say(
    'Half an hour of a small web shop, with a scanner in it; each address may send 10 requests per second:',
  );
  await guide.command(['simulate', trace.shown, '--policy', policy.shown]);
  await runSimulate([trace.shown], {...flags, policy: policy.shown, format: 'auto'}, context);
  // The example policy's threshold may fail on the example traffic; that is the point, not an error of the demo.
  context.exitCode = 0;
};

export const sayThresholdFailed = (guide: DemoGuide): Promise<void> =>
  guide.say(
    'The threshold of this policy does not hold: simulate ends with exit code 5, and a CI step fails.',
  );

/** Shows the commands on a service that is running. */
export const showLive = async (
  demo: RunningDemo,
  {service}: Pick<TourFiles, 'service'>,
  guide: DemoGuide,
  flags: OutputFlags,
  context: CliContext,
): Promise<void> => {
  const gap = (): Promise<void> => context.streams.out.write('\n');
  await gap();
  await sayThresholdFailed(guide);
  await guide.say(
    `Now live. Three instances of a service check requests, mails and payments with ${service.shown}, and refresh tokens; they run while you read, on a store of their own. The commands run in its folder, ${demo.place.context.cwd}. No other store is touched.`,
  );
  await demo.applications.settled();
  let place: 'first' | 'next' = 'first';
  await runLiveTour(demo, flags, async ({about, words}) => {
    // Screens stand apart on stdout, too.
    if (place === 'next') await gap();
    place = 'next';
    await guide.say(about);
    await guide.command(words);
  });
  context.exitCode = demo.place.context.exitCode;
};
