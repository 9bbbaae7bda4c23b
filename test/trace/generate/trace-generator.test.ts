import {describe, expect, test} from 'vitest';
import type {GenerateFlags} from '../../../src/trace/generate/generate-flags.ts';
import {parseGenerateFlags} from '../../../src/trace/generate/parse-flags.ts';
import {TraceGenerator} from '../../../src/trace/generate/trace-generator.ts';
import {ARRIVAL_KINDS, OUTPUT_FORMATS} from '../../../src/trace/generate/trace-spec.ts';

const generate = (flags: GenerateFlags): string => {
  const generator = new TraceGenerator(parseGenerateFlags(flags));
  return Buffer.concat([...generator.chunks()]).toString();
};

interface Line {
  readonly ts: number;
  readonly key: string;
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tenant?: string;
  readonly plan?: string;
  readonly cost: number;
}

const objects = (flags: GenerateFlags): Line[] =>
  generate(flags)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const COMBINED =
  /^(\d+\.\d+\.\d+\.\d+) - (\S+) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}):(\d\d:\d\d:\d\d) \+0000\] "([A-Z]+) (\/\S*) HTTP\/1\.1" (\d{3}) (\d+|-) "([^"]*)" "([^"]+)"$/;

describe('same bytes', () => {
  test.each(ARRIVAL_KINDS)('%s: the seed decides', (kind) => {
    const flags = {kind, duration: '2m', rate: '20/s', scanner: '5/s'};
    expect(generate({...flags, seed: '42'})).toBe(generate({...flags, seed: '42'}));
    expect(generate({...flags, seed: '42'})).not.toBe(generate({...flags, seed: '43'}));
  });

  test.each(OUTPUT_FORMATS)('%s: the same lines however they are cut into chunks', (format) => {
    const generator = new TraceGenerator(parseGenerateFlags({format, requests: '10000'}));
    const chunks = [...generator.chunks()];
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.every((chunk) => chunk.at(-1) === 0x0a)).toBe(true);
    expect(generator.requests).toBe(10_000);
    expect(generator.bytes).toBe(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  });

  test('a scanner adds its requests and changes no other', () => {
    const flags = {duration: '3m', rate: '5/s'};
    const without = objects(flags);
    const crowd = objects({...flags, scanner: '20/s'}).filter((line) => line.ip !== '203.0.113.66');
    expect(crowd).toEqual(without);
  });
});

describe('lines', () => {
  test('ndjson holds what policies ask about', () => {
    const lines = objects({requests: '5000', cost: 'lognormal:400,1.2,32000'});
    expect(lines[0]).toEqual({
      ts: expect.any(Number),
      key: lines[0]!.ip,
      ip: expect.stringMatching(/^10\.\d+\.\d+\.\d+$/),
      method: expect.any(String),
      path: expect.stringMatching(/^\//),
      status: expect.any(Number),
      tenant: expect.any(String),
      plan: expect.any(String),
      cost: expect.any(Number),
    });
    expect(lines.some((line) => line.path === '/health')).toBe(true);
    expect(lines.every((line) => Number.isInteger(line.cost) && line.cost >= 1 && line.cost <= 32_000)).toBe(
      true,
    );
    expect(new Set(lines.map((line) => line.plan))).toEqual(new Set(['free', 'premium']));
  });

  test('a client keeps its address, tenant and plan', () => {
    const seen = new Map<string, string>();
    for (const {key, ip, tenant, plan} of objects({requests: '5000', keyKind: 'user'})) {
      const identity = `${ip} ${tenant} ${plan}`;
      expect(seen.get(key) ?? identity).toBe(identity);
      seen.set(key, identity);
    }
    expect(seen.has('user-000001')).toBe(true);
  });

  test('half of the metered costs are above the median', () => {
    const metered = objects({requests: '20000', cost: 'lognormal:400,1.2,32000'}).filter(
      ({method}) => method === 'POST',
    );
    const above = metered.filter(({cost}) => cost > 400).length;
    expect(above / metered.length).toBeCloseTo(0.5, 1);
    // P(cost > 400 e^1.2 = 1328) = P(z > 1) = 15.9 %
    expect(metered.filter(({cost}) => cost > 1328).length / metered.length).toBeCloseTo(0.159, 1);
  });

  test('combined lines have the right form, and are 165 bytes long on average', () => {
    const text = generate({format: 'combined', requests: '50000'});
    const lines = text.split('\n').slice(0, -1);
    expect(lines.every((line) => COMBINED.test(line))).toBe(true);
    expect(text.length / lines.length).toBeGreaterThan(160);
    expect(text.length / lines.length).toBeLessThan(170);
    const times = lines.map((line) => COMBINED.exec(line)![4]!);
    expect(times[0]).toBe('00:00:00');
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
  });

  test('common is combined without referrer and agent; users are named when they are the keys', () => {
    const [line] = generate({
      format: 'common',
      requests: '1',
      keyKind: 'user',
      start: '2026-02-28T23:59:59+02:00',
    }).split('\n');
    expect(line).toMatch(
      /^10\.\S+ - user-\d{6} \[28\/Feb\/2026:21:59:59 \+0000\] "[A-Z]+ \S+ HTTP\/1\.1" \d{3} (\d+|-)$/,
    );
  });

  test('csv has a header and nine fields', () => {
    const lines = generate({format: 'csv', requests: '3000', scanner: '50/s', scannerAt: '0s'})
      .split('\n')
      .slice(0, -1);
    expect(lines[0]).toBe('ts,key,ip,method,path,status,tenant,plan,cost');
    expect(lines).toHaveLength(3001);
    expect(lines.every((line) => line.split(',').length === 9)).toBe(true);
    expect(lines.find((line) => line.includes('203.0.113.66'))).toMatch(/,(404|403),,,1$/);
  });

  test.each([
    {timeUnit: 's', ts: '1767571201'},
    {timeUnit: 'ms', ts: '1767571201500'},
    {timeUnit: 'us', ts: '1767571201500000'},
    {timeUnit: 'ns', ts: '1767571201500000000'},
  ])('ts in $timeUnit', ({timeUnit, ts}) => {
    const text = generate({kind: 'constant', rate: '2/s', requests: '4', timeUnit});
    expect(text.split('\n')[3]).toMatch(new RegExp(`^\\{"ts":${ts},"key"`));
  });
});

describe('length', () => {
  test('--duration leaves out its end', () => {
    expect(objects({kind: 'constant', rate: '10/s', duration: '3s'})).toHaveLength(30);
  });

  test('with --duration and --requests, whichever comes first', () => {
    expect(objects({kind: 'constant', rate: '10/s', duration: '3s', requests: '7'})).toHaveLength(7);
    expect(objects({kind: 'constant', rate: '10/s', duration: '3s', requests: '700'})).toHaveLength(30);
  });

  test('a trace may be empty', () => {
    expect(generate({rate: '1/h', duration: '1ms'})).toBe('');
    expect(generate({rate: '1/h', duration: '1ms', format: 'csv'})).toBe(
      'ts,key,ip,method,path,status,tenant,plan,cost\n',
    );
  });

  test('a retry repeats its request', () => {
    const lines = objects({
      kind: 'retry-storm',
      rate: '20/s',
      duration: '2m',
      keyKind: 'user',
      cost: 'lognormal:400,1.2',
    });
    const at = lines.filter(({ts}) => ts === 1_767_571_200_000 + 40_000 + 1000); // one second after the cut
    const cut = lines.filter(({ts}) => ts >= 1_767_571_200_000 + 38_000 && ts < 1_767_571_200_000 + 40_000);
    const identity = ({key, path, cost}: Line): string => `${key} ${path} ${cost}`;
    expect(cut.length).toBeGreaterThan(20);
    expect(at.map(identity)).toEqual(expect.arrayContaining(cut.map(identity)));
    expect([...cut, ...at].every(({status}) => status === 503)).toBe(true);
  });
});
