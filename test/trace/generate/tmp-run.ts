import {runGenerate} from './run-generate.ts';
const r = await runGenerate(process.argv.slice(2));
process.stdout.write(r.out); process.stderr.write(r.err);
