import {describe, expect, test} from 'vitest';
import {LatencyHistogram} from '../../../src/base/latency-histogram.ts';
import {isRehearsal, parseServerModel} from '../../../src/simulate/rehearsal/server-model.ts';
import {
  drawServiceTime,
  parseServiceTime,
  serviceTimeText,
} from '../../../src/simulate/rehearsal/service-time.ts';
import {randomStream} from '../../../src/trace/generate/random.ts';

const drawn = (text: string): LatencyHistogram => {
  const random = randomStream(1, 'test');
  const spec = parseServiceTime(text);
  const histogram = new LatencyHistogram();
  for (let i = 0; i < 200_000; i++) histogram.add(drawServiceTime(spec, 0, random));
  return histogram;
};

describe('--service-time', () => {
  test('exp has the mean that was given', () => {
    expect(drawn('exp(20ms)').mean / 20_000).toBeCloseTo(1, 2);
  });

  test('lognormal has the p50 and the p99 that were given', () => {
    const histogram = drawn('lognormal(20ms,200ms)');
    expect(histogram.percentile(0.5) / 20_000).toBeCloseTo(1, 1);
    expect(histogram.percentile(0.99) / 200_000).toBeCloseTo(1, 1);
  });

  test('a time alone is that for every request; without it the trace says', () => {
    const random = randomStream(1, 'test');
    expect(drawServiceTime(parseServiceTime('1.5ms'), 7, random)).toBe(1_500);
    expect(drawServiceTime({kind: 'trace'}, 7, random)).toBe(7);
  });

  test('is shown as it is written', () => {
    for (const text of ['20ms', 'exp(1.5s)', 'lognormal(20ms,200ms)'])
      expect(serviceTimeText(parseServiceTime(text))).toBe(text);
  });

  test.each([
    ['fast', 'expected a time above 0 and up to 1h'],
    ['', 'expected a time'],
    ['0s', 'expected a time above 0'],
    ['2h', 'up to 1h'],
    ['exp()', 'expected a time'],
    ['exp(1ms,2ms)', 'exp takes one time, its mean'],
    ['exp(20)', 'expected a time'],
    ['lognormal(20ms)', 'two times, its p50 and its p99'],
    ['lognormal(20ms,20ms)', 'needs a p99 above its p50'],
    ['lognormal(20ms,10ms,5ms)', 'two times'],
    ['normal(20ms,5ms)', 'no distribution "normal"; there are exp and lognormal'],
    ['exp(20ms', 'expected a time'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseServiceTime(text)).toThrow(message);
    expect(() => parseServiceTime(text)).toThrow(/^--service-time: /);
  });
});

describe('the other flags of the server', () => {
  test('have defaults that bound nothing', () => {
    expect(parseServerModel({})).toEqual({
      capacity: Number.POSITIVE_INFINITY,
      serviceTime: {kind: 'trace'},
      deadline: Number.POSITIVE_INFINITY,
      seed: 1,
    });
  });

  test.each([
    [{capacity: '0'}, '--capacity: expected a whole number of requests at once, 1 … 1,000,000, got "0"'],
    [{capacity: '2.5'}, '--capacity: expected'],
    [{capacity: '-1'}, '--capacity: expected'],
    [{capacity: '1000001'}, '--capacity: expected'],
    [{capacity: 'many'}, '--capacity: expected'],
    [{deadline: '0s'}, '--deadline: expected a time above 0, got "0s"'],
    [{deadline: '5'}, '--deadline: expected a time'],
    [{seed: '-1'}, '--seed: expected a whole number from 0 on'],
    [{seed: '1e99'}, '--seed: expected'],
    [{seed: '99999999999999999999'}, '--seed: expected'],
  ])('%j is refused', (flags, message) => {
    expect(() => parseServerModel(flags)).toThrow(message);
  });

  test('each of them alone makes a run a rehearsal', () => {
    expect(isRehearsal([], {})).toBe(false);
    for (const flag of ['capacity', 'serviceTime', 'deadline', 'seed'])
      expect(isRehearsal([], {[flag]: '1'})).toBe(true);
  });
});
