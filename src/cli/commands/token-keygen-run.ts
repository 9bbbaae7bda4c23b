import {toRfc3339} from '../../base/micros.ts';
import {generateKey} from '../../token/vault/key-ring.ts';
import type {CliContext} from '../context.ts';
import type {TokenKeygenFlags} from './token.ts';

export const runTokenKeygen = async ({id}: TokenKeygenFlags, {clock, streams}: CliContext): Promise<void> => {
  await streams.out.write(`${generateKey(id ?? toRfc3339(clock.now()).slice(0, 10))}\n`);
};
