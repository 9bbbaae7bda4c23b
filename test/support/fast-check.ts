import fc from 'fast-check';

const SEED = 20_261_121;

// The same cases in every run, so that a failure is found by who caused it. `FC_SEED=n` looks elsewhere.
fc.configureGlobal({...fc.readConfigureGlobal(), seed: Number(process.env['FC_SEED'] ?? SEED)});
