/**
 * Draws `docs/images/adaptive-step.svg` anew: `node test/bench/adaptive-graph.ts`. A test compares the file with what is drawn.
 */
import {writeFileSync} from 'node:fs';
import {goodput, stepLoad, stepLoadSvg} from '../support/step-load.ts';

const load = stepLoad();
writeFileSync(new URL('../../docs/images/adaptive-step.svg', import.meta.url), stepLoadSvg(load));
for (const [name, intervals] of Object.entries(load))
  console.log(`${name}: ${goodput(intervals).toFixed(1)} responses per second within a second on average`);
