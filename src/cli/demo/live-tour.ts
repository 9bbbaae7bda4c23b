import {setImmediate} from 'node:timers/promises';
import {Command} from 'commander';
import {loadPolicy} from '../../policy/load-policy.ts';
import {readPolicyFile} from '../../policy/read-policy-file.ts';
import {registerAudit} from '../commands/audit.ts';
import {registerExplain} from '../commands/explain.ts';
import {registerOverride} from '../commands/override.ts';
import {registerReset} from '../commands/reset.ts';
import {registerStatus} from '../commands/status.ts';
import type {CliContext} from '../context.ts';
import type {OutputFlags} from '../options/output.ts';
import {createDemoPlace, DEMO_STORE, type DemoPlace} from './demo-place.ts';
import {DEMO_STEPS, type DemoStep} from './demo-steps.ts';
import {playDemoTraffic} from './play-demo-traffic.ts';

export interface LiveTour {
  /** The policy file: as people are to see it, and where it is. */
  readonly policy: {readonly shown: string; readonly path: string};
  /** Called before each command. */
  readonly announce: (step: DemoStep, place: 'first' | 'next') => Promise<void>;
}

/**
 * Plays traffic into a store of its own and runs the commands of the tour on it, as they run from a shell. Nothing of the user's
 * is read or written: no store, no configuration, no variable of ours, and the working folder is a temporary one.
 */
export const runLiveTour = async (
  {policy, announce}: LiveTour,
  flags: OutputFlags,
  context: CliContext,
): Promise<void> => {
  const loaded = loadPolicy(policy.shown, (file) => readPolicyFile(file, policy.path));
  const place = createDemoPlace(context);
  try {
    await playDemoTraffic(place.statePath, loaded);
    for (const step of DEMO_STEPS) {
      // The embedded store answers without the event loop, which is where Ctrl-C is heard.
      await setImmediate();
      // A reader that went away (`| head`) sees no more of it.
      if (context.streams.out.closed) return;
      await announce(step, step === DEMO_STEPS[0] ? 'first' : 'next');
      await runStep(step, flags, place);
      if (place.context.exitCode !== 0) {
        context.exitCode = place.context.exitCode;
        return;
      }
    }
  } finally {
    place.remove();
  }
};

/** Runs what is shown, through the command itself: what cannot be said on its command line is not in the tour. */
const runStep = async ({words}: DemoStep, flags: OutputFlags, {context}: DemoPlace): Promise<void> => {
  const program = new Command('ratectl').exitOverride();
  for (const register of [registerStatus, registerExplain, registerReset, registerOverride, registerAudit])
    register(program, context);
  const where = ['--store', DEMO_STORE, '--no-config'];
  const wide = flags.output === 'wide' && words[0] === 'status' ? ['--output', 'wide'] : [];
  await program.parseAsync([...words, ...where, ...wide, ...outputWords(flags)], {from: 'user'});
};

const outputWords = ({color, ascii, quiet}: OutputFlags): readonly string[] => [
  '--color',
  color,
  ...(ascii === true ? ['--ascii'] : []),
  ...(quiet === true ? ['--quiet'] : []),
];
