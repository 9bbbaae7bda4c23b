/**
 * Draws `docs/images/algorithm-*.svg` anew: `node test/bench/algorithm-pictures.ts`. A test compares the files with what is drawn.
 */
import {writeFileSync} from 'node:fs';
import {algorithmSvg} from '../support/algorithm-picture.ts';
import {ALGORITHM_CASES, runCase} from '../support/algorithm-runs.ts';

for (const one of ALGORITHM_CASES) {
  const run = runCase(one);
  writeFileSync(
    new URL(`../../docs/images/algorithm-${one.algorithm}.svg`, import.meta.url),
    algorithmSvg(one, run),
  );
  console.log(
    `${one.algorithm}: ${run.requests.filter(({allowed}) => allowed).length} of ${run.requests.length} pass`,
  );
}
