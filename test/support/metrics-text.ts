/** A strict reader of the text formats of Prometheus: it throws where `promtool check metrics` complains, and a bit earlier. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamilyText {
  /** As it is announced: with `_total` in text 0.0.4, without in OpenMetrics. */
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string | undefined;
  readonly samples: readonly MetricSample[];
}

type Format = 'text' | 'openmetrics';

const NAME = /^[a-z][a-z0-9_]*$/;
const LABEL = /([a-z_][a-z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const TYPES: Readonly<Record<Format, readonly string[]>> = {
  text: ['counter', 'gauge', 'histogram', 'summary', 'untyped'],
  openmetrics: ['counter', 'gauge', 'histogram', 'summary', 'info', 'stateset', 'unknown'],
};
const BASE_UNITS = /_(milliseconds|ms|minutes|hours|days|kilobytes|percent)(_|$)/;

export const readMetrics = (text: string, format: Format): ReadonlyMap<string, MetricFamilyText> => {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('# EOF is missing at the end');
  const families = new Map<string, MetricFamilyText & {samples: MetricSample[]}>();
  let current:
    | {name: string; type?: string; help?: string; unit?: string; samples: MetricSample[]}
    | undefined;
  const finish = (): void => {
    if (current === undefined) return;
    const {name, type, help, unit, samples} = current;
    if (type === undefined || help === undefined) throw new Error(`${name} lacks HELP or TYPE`);
    if (samples.length === 0) throw new Error(`${name} has no samples`);
    families.set(name, {name, type, help, unit, samples});
  };
  for (const line of lines) {
    const head = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line);
    if (head !== null) {
      const [, what, name = '', rest = ''] = head;
      if (current?.name !== name) {
        finish();
        if (families.has(name)) throw new Error(`${name} is announced twice`);
        current = {name, samples: []};
      }
      if (current.samples.length > 0) throw new Error(`${what} of ${name} behind its samples`);
      if (what === 'HELP') current.help = once(current.help, rest, line);
      else if (what === 'TYPE') current.type = once(current.type, rest, line);
      else current.unit = once(current.unit, rest, line);
      continue;
    }
    if (current === undefined || line.startsWith('#') || line === '')
      throw new Error(`unexpected line: ${line}`);
    current.samples.push(readSample(line));
  }
  finish();
  for (const family of families.values()) check(family, format);
  return families;
};

const once = (before: string | undefined, now: string, line: string): string => {
  if (before !== undefined) throw new Error(`twice: ${line}`);
  return now;
};

const readSample = (line: string): MetricSample => {
  const match = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const [, name = '', list = '', number = ''] = match;
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < list.length) {
    const pair = LABEL.exec(list);
    if (pair === null) throw new Error(`wrong labels: ${line}`);
    const [, label = '', text = ''] = pair;
    if (label in labels) throw new Error(`label ${label} twice: ${line}`);
    labels[label] = text.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  if (!/^(NaN|[+-]Inf|-?\d+(\.\d+)?(e[+-]?\d+)?)$/.test(number)) throw new Error(`no number: ${line}`);
  return {name, labels, value: number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)};
};

const check = ({name, type, samples, unit}: MetricFamilyText, format: Format): void => {
  const fail = (why: string): never => {
    throw new Error(`${name}: ${why}`);
  };
  if (!NAME.test(name)) fail('odd name');
  if (!TYPES[format].includes(type)) fail(`unknown type ${type}`);
  if (BASE_UNITS.test(name)) fail('not in base units');
  if (unit !== undefined && !name.endsWith(`_${unit}`)) fail('does not end with its unit');
  if (format === 'openmetrics' && name.endsWith('_seconds') && unit !== 'seconds') fail('has no UNIT');
  const total = name.endsWith('_total');
  if (total !== (type === 'counter' && format === 'text')) fail('_total is for counters only');
  const names =
    type === 'histogram'
      ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
      : [
          format === 'openmetrics' && type === 'counter'
            ? `${name}_total`
            : type === 'info'
              ? `${name}_info`
              : name,
        ];
  const seen = new Set<string>();
  for (const sample of samples) {
    if (!names.includes(sample.name)) fail(`has a sample ${sample.name}`);
    const id = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(id)) fail(`has the same series twice: ${id}`);
    seen.add(id);
    if (type === 'counter' && !(sample.value >= 0)) fail('counts below zero');
  }
  if (type === 'histogram') checkHistogram(name, samples, fail);
};

const checkHistogram = (
  name: string,
  samples: readonly MetricSample[],
  fail: (why: string) => never,
): void => {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({labels}) =>
    labels['le'] === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels['le']),
  );
  for (let i = 1; i < buckets.length; i++)
    if (bounds[i]! <= bounds[i - 1]! || buckets[i]!.value < buckets[i - 1]!.value)
      fail('buckets do not grow');
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) fail('has no bucket +Inf');
  if (samples.find((sample) => sample.name === `${name}_count`)?.value !== buckets.at(-1)!.value)
    fail('its count is not that of +Inf');
};
