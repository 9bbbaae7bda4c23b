import {shellWord} from '../../base/shell-word.ts';
import type {OutputFlags} from '../options/output.ts';
import {runProgram} from '../program.ts';
import type {DemoGuide} from './demo-guide.ts';
import type {RunningDemo} from './start-demo.ts';

/** Shows the dashboard on a service that is running, until somebody leaves it. */
export const showDemoDashboard = async (
  {place: {context, statePath}, applications}: RunningDemo,
  guide: DemoGuide,
  {color, ascii}: OutputFlags,
): Promise<void> => {
  const store = `sqlite:${statePath}`;
  // Behind the dashboard, and there again when it is left.
  await guide.lines(['While it runs, in another terminal:', `  ratectl status --store ${shellWord(store)}`]);
  const look = [...(color === 'auto' ? [] : ['--color', color]), ...(ascii === true ? ['--ascii'] : [])];
  // Journals are read every few seconds: the first time there shall be something in them.
  await applications.begun();
  // With the whole path, which the dashboard shows.
  await runProgram(['top', '--store', store, '--interval', '1s', ...look], context);
};
