import {expect, test} from 'vitest';
import {openStore} from '../../src/store/open-store.ts';
import {parseStoreUrl} from '../../src/store/parse-store-url.ts';
import {folderWith} from '../e2e/command.ts';
import {expectRestored, PtySession} from './pty-session.ts';
import {syntheticStore, TOP_POLICY} from './synthetic-store.ts';

/** Numbers of the signals. */
test.each([
  ['SIGQUIT', 3],
  ['SIGABRT', 6],
] as const)(
  '%s ends the dashboard as such, and the terminal is as it was',
  async (name, signal) => {
    const cwd = folderWith({'ratectl.yaml': TOP_POLICY});
    const store = await openStore(parseStoreUrl('sqlite:state.db', {folder: cwd, env: {}, name: 'test'}), {
      access: 'write',
    });
    await syntheticStore(store);
    await store.close();
    const session = new PtySession(['top', '--store', 'sqlite:state.db'], {cwd, env: {HOME: cwd}});
    await session.sees('203.0.113.7');
    await session.turnsOn(1000);
    session.signal(name);
    expect((await session.ended).signal).toBe(signal);
    expectRestored(session);
  },
  90_000,
);
