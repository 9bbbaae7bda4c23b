import {expect, onTestFinished, test} from 'vitest';
import {freePort} from '../support/servers/free-port.ts';
import {readDocument} from './document.ts';
import {Manual} from './manual.ts';
import {runDocument} from './run-document.ts';

test('docs/getting-started.md: every command runs as it is written, from an empty folder to the end', async () => {
  const manual = new Manual({terminal: 'nobody'});
  onTestFinished(async () => {
    await manual.run('kill "$(cat flood.pid)" "$(cat server.pid)" 2>&- || true');
    manual.remove();
  });
  const port = String(await freePort());
  const ran = await runDocument(readDocument('docs/getting-started.md'), manual, {
    // What the folder of the test has already.
    leaveOut: ['npm install'],
    // The port of the document may be in use here.
    prepare: (code) =>
      code.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`).replaceAll('listen(3000', `listen(${port}`),
  });
  expect(ran).toBeGreaterThan(15);
  expect(manual.has('mine.jsonl')).toBe(true);
}, 400_000);
