import {type ChildProcess, spawn} from 'node:child_process';
import {join} from 'node:path';
import {generateKey} from '../../../src/token/vault/key-ring.ts';
import type {WorkerOptions} from './refresh-rules.ts';

const WORKER = join(import.meta.dirname, 'refresh-worker.ts');

/** A process of refresh-worker.ts; its output is piped. `key`: what its vault opens with. */
export const spawnWorker = (options: WorkerOptions, key = generateKey('harness')): ChildProcess =>
  spawn(process.execPath, [WORKER, JSON.stringify(options)], {
    env: {...process.env, RATECTL_VAULT_KEY: key},
  });
