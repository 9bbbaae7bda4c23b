import {setImmediate} from 'node:timers/promises';
import type {OutputFlags} from '../options/output.ts';
import {runProgram} from '../program.ts';
import {DEMO_STEPS, type DemoStep} from './demo-steps.ts';
import type {RunningDemo} from './start-demo.ts';

/** Runs the commands of the tour on a demo, one after the other, through the program as a shell would. */
export const runLiveTour = async (
  {place: {context}}: RunningDemo,
  flags: OutputFlags,
  announce: (step: DemoStep) => Promise<void>,
): Promise<void> => {
  for (const step of DEMO_STEPS) {
    // The embedded store answers without the event loop, which is where Ctrl-C is heard.
    await setImmediate();
    // A reader that went away (`| head`) sees no more of it.
    if (context.streams.out.closed) return;
    await announce(step);
    await runProgram([...step.words, ...outputWords(step, flags)], context);
    if (context.exitCode !== 0) return;
  }
};

/** How it looks, as it was asked for; what is not said here is not said on the command lines either. */
const outputWords = ({words}: DemoStep, {color, ascii, quiet, output}: OutputFlags): readonly string[] => [
  ...(color === 'auto' ? [] : ['--color', color]),
  ...(ascii === true ? ['--ascii'] : []),
  ...(quiet === true ? ['--quiet'] : []),
  ...(output === 'wide' && words[0] === 'status' ? ['--output', 'wide'] : []),
];
