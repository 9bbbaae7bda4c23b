import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StdioClientTransport} from '@modelcontextprotocol/sdk/client/stdio.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import {describe, expect, onTestFinished, test} from 'vitest';
import {AUDIT_JOURNAL, readAuditEntry} from '../../src/store/audit-entry.ts';
import type {Store} from '../../src/store/port.ts';
import {BIN} from '../e2e/command.ts';
import {type Serving, serve, tempFolder} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const TOKEN = 'a-token-of-32-characters-or-more';
const LOOKING = ['rate_limit_status', 'explain', 'report', 'simulate'];
const CHANGING = ['reset', 'override_set', 'override_rm', 'force_refresh'];

/** Members of members: what is not there is undefined when it runs, and looked at by `expect`. */
interface Json {
  readonly [name: string]: Json;
}

interface Called {
  readonly failed: boolean;
  readonly text: string;
  readonly json: Json;
}

interface Connected {
  readonly client: Client;
  call(name: string, args?: Readonly<Record<string, unknown>>): Promise<Called>;
}

const connected = async (transport: unknown): Promise<Connected> => {
  const client = new Client({name: 'test client', version: '1'});
  await client.connect(transport as Transport);
  onTestFinished(() => client.close());
  return {
    client,
    async call(name, args = {}) {
      const {isError, content, structuredContent} = await client.callTool({name, arguments: args});
      const [part] = content as readonly {type: string; text: string}[];
      return {failed: isError === true, text: part!.text, json: (structuredContent ?? {}) as Json};
    },
  };
};

interface Over extends Connected {
  readonly serving: Serving;
  readonly store: Store;
}

const overHttp = async (
  args: readonly string[] = [],
  {
    kind = 'sqlite',
    env = {RATECTL_SERVE_TOKEN: TOKEN},
  }: {kind?: 'sqlite' | 'redis'; env?: Record<string, string>} = {},
): Promise<Over> => {
  const url = storeUrl(kind);
  const store = await openedStore(url);
  await fillStore(store);
  const serving = await serve(['--mcp', 'http', ...args], {store: url, policy: SERVED_POLICY, env});
  const token = env['RATECTL_SERVE_TOKEN'];
  const transport = new StreamableHTTPClientTransport(new URL(`${serving.url}/mcp`), {
    requestInit: {headers: token === undefined ? {} : {authorization: `Bearer ${token}`}},
  });
  return {...(await connected(transport)), serving, store};
};

const audited = async (store: Store) =>
  (await store.latest(AUDIT_JOURNAL, 100)).map((entry) => readAuditEntry(entry)!);

describe('over stdio', {timeout: 60_000}, () => {
  /** How a client starts it. */
  const command = async () => {
    const folder = tempFolder();
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store));
    writeFileSync(join(folder, 'ratectl.yaml'), SERVED_POLICY);
    return {
      command: process.execPath,
      args: [BIN, 'serve', '--mcp', 'stdio', '--store', store],
      cwd: folder,
      env: {HOME: folder, PATH: process.env['PATH'] ?? ''},
    };
  };

  test('the official client lists and calls the tools; nothing else is on standard output', async () => {
    const {client, call} = await connected(new StdioClientTransport({...(await command()), stderr: 'pipe'}));
    expect(client.getServerVersion()).toMatchObject({name: 'ratectl'});
    expect(client.getInstructions()).toContain('rate_limit_status');
    const {tools} = await client.listTools();
    expect(tools.map(({name}) => name)).toEqual(LOOKING);
    expect(tools.every(({annotations}) => annotations?.readOnlyHint === true)).toBe(true);
    const {failed, json, text} = await call('rate_limit_status');
    expect(failed).toBe(false);
    expect(json['schema']).toBe('ratectl.status/1');
    expect(json['data']!.keys[0].state).toBe('blocked');
    expect(text).toContain('203.0.113.7');
  });

  test('it ends when its client does', async () => {
    const {command: program, args, cwd, env} = await command();
    const child = spawn(program, args, {cwd, env, stdio: ['pipe', 'pipe', 'ignore']});
    onTestFinished(() => void child.kill('SIGKILL'));
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: {name: 'test client', version: '1'},
    };
    child.stdin.write(`${JSON.stringify({jsonrpc: '2.0', id: 1, method: 'initialize', params})}\n`);
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    child.stdin.end();
    // By itself: nobody sends it a signal.
    expect(await ended).toEqual([0, null]);
  });
});

describe('over HTTP', {timeout: 60_000}, () => {
  test.each(['sqlite', 'redis'] as const)(
    'the official client lists and calls the tools (%s)',
    async (kind) => {
      const {client, call} = await overHttp([], {kind});
      expect((await client.listTools()).tools.map(({name}) => name)).toEqual(LOOKING);
      expect((await call('rate_limit_status', {limit: 2})).json['data']!.keys).toHaveLength(2);
      const {text, json} = await call('explain', {key: 'per-ip/203.0.113.7'});
      expect(json['data']!.limits[0]).toMatchObject({limit: 'per-ip', state: 'limited'});
      expect(text).toContain('token bucket 20/d');
    },
  );

  test('without the token, from another origin or another Host there is nothing', async () => {
    const {serving} = await overHttp();
    const post = (headers: Record<string, string>) =>
      serving.get('/mcp', {
        method: 'POST',
        headers: {'content-type': 'application/json', ...headers},
        body: '{}',
      });
    expect((await post({})).status).toBe(401);
    expect((await post({authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example'})).status).toBe(403);
    expect((await post({authorization: `Bearer ${TOKEN}`})).status).toBe(400);
    expect((await post({authorization: `Bearer ${TOKEN}`, 'mcp-session-id': 'none'})).status).toBe(404);
  });

  test('a body of more than 2 MiB, or that is no JSON, is refused', async () => {
    const {serving} = await overHttp();
    const post = (body: string) =>
      serving.get('/mcp', {method: 'POST', headers: {authorization: `Bearer ${TOKEN}`}, body});
    expect((await post('a'.repeat(2_100_000))).status).toBe(413);
    expect((await post('{')).status).toBe(400);
  });

  test('the 65th client ends the session that was used longest ago', async () => {
    const {serving, call} = await overHttp();
    for (let i = 0; i < 64; i++) {
      const other = new StreamableHTTPClientTransport(new URL(`${serving.url}/mcp`), {
        requestInit: {headers: {authorization: `Bearer ${TOKEN}`}},
      });
      const client = new Client({name: `other ${i}`, version: '1'});
      await client.connect(other as Transport);
    }
    await expect(call('rate_limit_status')).rejects.toThrow(/session is over|404/);
  });
});

describe('looking', {timeout: 60_000}, () => {
  test.each<[string, Record<string, unknown>, string, string]>([
    ['rate_limit_status', {limit: 'many'}, 'argument limit: expected a whole number from 0 to 500', ''],
    ['rate_limit_status', {limits: 3}, 'unknown argument "limits"', 'limit'],
    ['rate_limit_status', {selector: 'per-ip'}, 'names no limit', 'LIMIT'],
    ['explain', {}, 'expected either key or attributes', 'LIMIT/KEY'],
    ['explain', {key: 'per-up/1'}, 'unknown limit "per-up"', ''],
    ['explain', {attributes: {ip: 7}}, 'an object whose values are texts', ''],
    ['simulate', {policy: SERVED_POLICY}, 'expected either trace or tracePath', '--root'],
    ['simulate', {policy: 'limits: 3', trace: '{}'}, 'policy.yaml:', ''],
    ['explane', {}, 'unknown tool "explane"', 'explain'],
    ['reset', {key: 'per-ip/1', reason: 'x'}, 'unknown tool "reset"', '--allow-write'],
  ])('%s with %j says what is wrong', async (name, args, message, hint) => {
    const {call} = await overHttp();
    const {failed, text, json} = await call(name, args);
    expect(failed).toBe(true);
    expect(text).toContain(message);
    expect(text).toContain(hint);
    expect(json['error']!.message).toContain(message);
  });

  test('explain takes a request by its attributes', async () => {
    const {call} = await overHttp();
    const {json} = await call('explain', {attributes: {ip: '203.0.113.7', tenant: 'acme', plan: 'free'}});
    expect(json['data']!.answer).toMatchObject({allowed: false, limit: 'per-ip'});
  });

  test('status of a lost store is an error that says so', async () => {
    const {call} = await overHttp();
    expect(
      (await call('rate_limit_status', {selector: 'per-ip/203.0.113.7'})).json['data']!.keys,
    ).toHaveLength(1);
  });
});

describe('simulate', {timeout: 60_000}, () => {
  const POLICY = 'version: 1\nlimits: [{name: per-ip, key: "{ip}", rate: 2/m}]\n';
  const TRACE = Array.from({length: 5}, (_, i) => `{"t":${1_700_000_000 + i},"ip":"192.0.2.1"}`).join('\n');

  test('replays a trace that is given as text', async () => {
    const {call} = await overHttp();
    const {json, text, failed} = await call('simulate', {
      policy: POLICY,
      trace: TRACE,
      threshold: 'denied < 10%',
    });
    expect(failed, text).toBe(false);
    expect(json['schema']).toBe('ratectl.simulate/1');
    expect(json['data']!.totals).toMatchObject({allowed: 2, denied: 3});
    expect(json['data']!.thresholds).toMatchObject([{pass: false}]);
    expect(text).toContain('per-ip');
  });

  test('rehearses a policy with pools, and any policy on a server that is described', async () => {
    const {call} = await overHttp();
    const pool = 'version: 1\nconcurrency: { api: { max: 1, queue: 1, wait: 1s } }\n';
    const atOnce = Array.from({length: 5}, () => '{"t":1700000000,"ip":"192.0.2.1"}').join('\n');
    const ofPolicy = await call('simulate', {policy: pool, trace: atOnce, serviceTime: '100ms'});
    expect(ofPolicy.failed, ofPolicy.text).toBe(false);
    expect(ofPolicy.json['data']!.rehearsal.protected).toMatchObject({good: 2, refused: {queueFull: 3}});
    const asked = {policy: POLICY, trace: TRACE, serviceTime: '3s', capacity: '1', deadline: '4s'};
    const ofFlags = await call('simulate', {...asked, threshold: 'rehearsal.good >= 2'});
    expect(ofFlags.json['data']!.rehearsal.unprotected).toMatchObject({good: 1, late: 4});
    const bad = await call('simulate', {...asked, capacity: 'all'});
    expect([bad.failed, bad.text.includes('--capacity: expected a whole number')]).toEqual([true, true]);
    const none = await call('simulate', {policy: POLICY, trace: TRACE, threshold: 'goodput > 1'});
    expect([none.failed, none.text.includes('only a rehearsal measures it')]).toEqual([true, true]);
  });

  test('reads files below --root, and nothing else, links included', async () => {
    const root = tempFolder();
    const elsewhere = tempFolder();
    mkdirSync(join(root, 'traces'));
    writeFileSync(join(root, 'p.yaml'), POLICY);
    writeFileSync(join(root, 'traces', 't.jsonl'), TRACE);
    writeFileSync(join(elsewhere, 't.jsonl'), TRACE);
    symlinkSync(join(elsewhere, 't.jsonl'), join(root, 'link.jsonl'));
    const {call} = await overHttp(['--root', root]);
    const good = await call('simulate', {policyPath: 'p.yaml', tracePath: 'traces/t.jsonl'});
    expect(good.json['data']!.totals).toMatchObject({allowed: 2, denied: 3});
    expect(good.json['data']!.trace.files).toEqual(['traces/t.jsonl']);
    for (const tracePath of [
      'link.jsonl',
      '../t.jsonl',
      join(elsewhere, 't.jsonl'),
      '/etc/passwd',
      'traces',
      'none',
      '-',
      '',
    ]) {
      const {failed, text} = await call('simulate', {policyPath: 'p.yaml', tracePath});
      expect(failed, tracePath).toBe(true);
      expect(text).toContain('no file below the folder that tools may read');
    }
  });
});

describe('--allow-write', {timeout: 60_000}, () => {
  test('offers the changing tools, marked as such', async () => {
    const {client} = await overHttp(['--allow-write']);
    const {tools} = await client.listTools();
    expect(tools.map(({name}) => name)).toEqual([...LOOKING, ...CHANGING]);
    for (const {name, annotations, inputSchema} of tools) {
      expect(annotations?.readOnlyHint).toBe(LOOKING.includes(name));
      if (CHANGING.includes(name)) expect(inputSchema.required).toContain('reason');
    }
  });

  test('reset: one key, with a receipt, audited under the name of the client', async () => {
    const {call, store} = await overHttp(['--allow-write']);
    const {failed, json, text} = await call('reset', {key: 'per-ip/203.0.113.7', reason: 'customer call'});
    expect(failed, text).toBe(false);
    expect(json['data']).toMatchObject({keys: 1, by: 'mcp:test client', why: 'customer call'});
    expect(json['data']!.receipt).toMatch(/receipts.reset-/);
    const [entry] = await audited(store);
    expect(entry).toMatchObject({action: 'reset', by: 'mcp:test client', target: 'per-ip/203.0.113.7'});
    const after = await call('rate_limit_status', {selector: 'per-ip/203.0.113.7'});
    expect(after.json['data']!['totals']!['states']).toMatchObject({limited: 0});
  });

  test('a dry run changes nothing', async () => {
    const {call, store} = await overHttp(['--allow-write']);
    const {json} = await call('reset', {key: 'per-ip/203.0.113.7', reason: 'look', dryRun: true});
    expect(json['data']).toMatchObject({dryRun: true, keys: 1});
    expect(await audited(store)).toEqual([]);
  });

  test('a key is never a pattern or a flag', async () => {
    const {call, store} = await overHttp(['--allow-write']);
    const before = (await call('rate_limit_status')).json['data']!.totals.states;
    expect((await call('reset', {key: 'per-ip/*', reason: 'x'})).json['data']!.keys).toBe(0);
    expect((await call('reset', {key: '--all', reason: 'x'})).failed).toBe(true);
    expect((await call('reset', {key: 'per-ip/', reason: 'x'})).failed).toBe(true);
    expect(
      (await call('override_set', {key: 'per-ip/1', reason: '--dry-run', for: '1h', effect: 'block'})).failed,
    ).toBe(false);
    expect((await audited(store))[0]).toMatchObject({action: 'override-set', why: '--dry-run'});
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await call('rate_limit_status')).json['data']!.totals.states).toEqual(before);
  });

  test.each([
    ['reset', {key: 'per-ip/203.0.113.7'}, 'argument reason is missing'],
    ['reset', {key: 'per-ip/203.0.113.7', reason: '  '}, 'expected a few words'],
    ['override_set', {key: 'per-ip/1', reason: 'x', effect: 'block'}, 'argument for is missing'],
    ['override_set', {key: 'per-ip/1', reason: 'x', for: '1h'}, 'what shall hold for the key'],
    ['override_set', {key: 'per-ip/1', reason: 'x', for: 'ever', effect: 'block'}, 'expected a duration'],
    ['override_set', {key: 'per-ip/1', reason: 'x', for: '1h', rate: 'fast'}, 'rate'],
    ['force_refresh', {provider: 'gogle', reason: 'x'}, 'unknown provider'],
  ])('%s with %j is refused and changes nothing', async (name, args, message) => {
    const {call, store} = await overHttp(['--allow-write'], {
      env: {RATECTL_SERVE_TOKEN: TOKEN, REPORTS_SECRET: 'x'},
    });
    const {failed, text} = await call(name, args);
    expect(failed).toBe(true);
    expect(text).toContain(message);
    expect(await audited(store)).toEqual([]);
  });

  test('override_set and override_rm: applications hear of it', async () => {
    const {call, store} = await overHttp(['--allow-write']);
    const before = await store.generation();
    const set = await call('override_set', {
      key: 'per-ip/203.0.113.8',
      reason: 'sale',
      for: '1h',
      rate: '1000/d',
    });
    expect(set.failed, set.text).toBe(false);
    expect(set.json['data']!.override).toMatchObject({
      by: expect.stringContaining('mcp:test client'),
      why: 'sale',
    });
    expect(await store.generation()).toBeGreaterThan(before);
    const removed = await call('override_rm', {key: 'per-ip/203.0.113.8', reason: 'over'});
    expect(removed.failed, removed.text).toBe(false);
    expect((await audited(store)).map(({action}) => action)).toEqual(['override-rm', 'override-set']);
  });

  test('in a production context the name has to be given', async () => {
    const folder = tempFolder();
    const url = storeUrl('sqlite');
    await fillStore(await openedStore(url));
    mkdirSync(join(folder, 'ratectl'));
    const contexts = `contexts:\n  live: {store: "${url}", production: true, readOnly: false}\n`;
    writeFileSync(join(folder, 'ratectl', 'config.yaml'), contexts, {mode: 0o600});
    const serving = await serve(['--mcp', 'http', '--allow-write', '--context', 'live'], {
      store: '',
      policy: SERVED_POLICY,
      env: {RATECTL_SERVE_TOKEN: TOKEN, XDG_CONFIG_HOME: folder},
    });
    const transport = new StreamableHTTPClientTransport(new URL(`${serving.url}/mcp`), {
      requestInit: {headers: {authorization: `Bearer ${TOKEN}`}},
    });
    const {call} = await connected(transport);
    const args = {key: 'per-ip/203.0.113.7', reason: 'x'};
    const refused = await call('reset', args);
    expect(refused.failed).toBe(true);
    expect(refused.text).toContain('production context');
    expect((await call('reset', {...args, confirm: 'yes'})).failed).toBe(true);
    const done = await call('reset', {...args, confirm: 'live'});
    expect(done.failed, done.text).toBe(false);
    expect(done.json['context']).toBe('live');
  });
});
