import type {Command} from 'commander';
import {safeText} from '../../base/safe-text.ts';
import type {TextSink} from '../../base/streams.ts';
import type {GenerateFlags} from '../../trace/generate/generate-flags.ts';
import type {CliContext} from '../context.ts';

const EXAMPLES = `
Examples:
  # ten minutes of independent clients
  ratectl trace generate --rate 100/s --duration 10m --out traffic.ndjson

  # an outage, and clients that come back without jitter
  ratectl trace generate --kind retry-storm --seed 42 --out storm.ndjson

  # a day with its peak in the afternoon
  ratectl trace generate --kind diurnal --duration 24h --out day.ndjson.zst

  # ten million access log lines, for a benchmark
  ratectl trace generate --format combined --requests 10_000_000 --out big.log

  # straight into a policy
  ratectl trace generate | ratectl simulate - --policy ratectl.yaml
`;

const OPTIONS: Readonly<Record<string, readonly (readonly [flags: string, help: string])[]>> = {
  'Traffic:': [
    ['--kind <kind>', 'constant, poisson, diurnal, burst or retry-storm (default: poisson)'],
    ['--rate <rate>', 'requests per time, on average: 100/s, 1.5/m, 100/10s (default: 100/s)'],
    ['--duration <time>', 'length of the trace: 30s, 1h30m (default: 10m, unless --requests)'],
    ['--requests <n>', 'stop after this many requests; with --duration whichever comes first'],
    ['--start <time>', 'RFC 3339 time of the start (default: 2026-01-05T00:00:00Z)'],
    ['--seed <n>', 'whole number; another seed is another trace (default: 1)'],
  ],
  'Clients and requests:': [
    ['--keys <n>', 'number of clients (default: 1000)'],
    ['--zipf <s>', 'skew: client k sends in proportion to k^-s; 0 = all alike (default: 1.1)'],
    ['--key-kind <kind>', 'ip = the client address, user = user-000123 (default: ip)'],
    ['--tenants <n>', 'number of tenants the clients belong to (default: 20)'],
    ['--plans <shares>', 'plans and their shares of the tenants (default: free=80,premium=20)'],
    ['--profile <site>', 'what is asked for: shop or api (default: shop for access logs, else api)'],
    [
      '--cost <cost>',
      'units per request: a number, or lognormal:MEDIAN,SIGMA,MAX for tokens of API writes (default: 1)',
    ],
    ['--scanner <rate>', 'one more client that probes for weak spots at this rate (default: none)'],
    ['--scanner-at <time>', 'when it begins, from the start (default: 1m)'],
    ['--scanner-for <time>', 'how long it goes on (default: 30s)'],
  ],
  'With --kind diurnal:': [
    ['--peak <rate>', 'highest rate, at 2/3 of the period: 16:00 UTC (default: 1.8 times --rate)'],
    ['--trough <rate>', 'lowest rate, at 1/6 of the period: 04:00 UTC (default: a ninth of --peak)'],
    ['--period <time>', 'length of the day, counted from the epoch (default: 24h)'],
  ],
  'With --kind burst:': [
    ['--burst-size <n>', 'requests in a burst (default: 500)'],
    ['--burst-every <time>', 'from one burst to the next (default: 1m)'],
    ['--burst-spread <time>', 'how long a burst lasts; 0s = one instant (default: 1s)'],
  ],
  'With --kind retry-storm:': [
    [
      '--outage-at <time>',
      'when every request begins to fail, from the start (default: a third of the trace)',
    ],
    ['--outage <time>', 'how long the outage lasts (default: 30s)'],
    ['--in-flight <time>', 'requests this long before it are cut by it together (default: 2s)'],
    ['--retries <n>', 'how often a client tries again (default: 10)'],
    ['--jitter <kind>', 'none, full, equal or decorrelated (default: none)'],
    ['--backoff <time>', 'wait before the first retry, doubled each time (default: 1s)'],
    ['--backoff-cap <time>', 'longest wait (default: 1m)'],
  ],
  'Output:': [
    ['--format <format>', 'ndjson, csv, combined or common (default: ndjson)'],
    ['--time-unit <unit>', 'unit of ts in ndjson and csv: s, ms, us or ns (default: ms)'],
    ['--out <file>', 'where to; .gz and .zst are compressed, - is stdout (default: -)'],
    ['-q, --quiet', 'no notes on stderr'],
  ],
};

/** Adds `generate` to the `trace` group. */
export const registerTraceGenerate = (parent: Command, context: CliContext): void => {
  const command = parent
    .command('generate')
    .description('Write synthetic traffic; the same flags give the same bytes.')
    .addHelpText('after', EXAMPLES);
  for (const [group, options] of Object.entries(OPTIONS)) {
    command.optionsGroup(group);
    // Defaults live in parseGenerateFlags: it must know which flags were given.
    for (const [flags, help] of options) command.option(flags, help);
  }
  command.action(async ({quiet, ...flags}: GenerateFlags & {readonly quiet?: boolean}) => {
    const written = await generate(flags, context);
    if (written !== undefined && quiet !== true) await context.streams.err.write(`${written}\n`);
  });
};

/** Returns what to tell the user, when the trace went to a file. */
const generate = async (flags: GenerateFlags, context: CliContext): Promise<string | undefined> => {
  const [{parseGenerateFlags}, {TraceGenerator}] = await Promise.all([
    import('../../trace/generate/parse-flags.ts'),
    import('../../trace/generate/trace-generator.ts'),
  ]);
  const generator = new TraceGenerator(parseGenerateFlags(flags));
  const out = flags.out ?? '-';
  if (out === '-') {
    await writeAll(context.streams.out, generator.chunks());
    return undefined;
  }
  const {writeTraceFile} = await import('../../trace/generate/write-trace-file.ts');
  const {resolve} = await import('node:path');
  await writeTraceFile(resolve(context.cwd, out), generator.chunks(), context.cleanups);
  return `wrote ${generator.requests.toLocaleString('en-US')} requests to ${safeText(out)}`;
};

/** Stops when the reader has gone away (`| head`). */
const writeAll = async (sink: TextSink, chunks: Iterable<Uint8Array>): Promise<void> => {
  for (const chunk of chunks) {
    await sink.write(chunk);
    if (sink.closed) return;
  }
};
