/** A sample of a family. `suffix` as `_bucket`; labels in the order in which they are written. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly suffix?: '_bucket' | '_sum' | '_count';
}

/** What belongs to one name. */
export interface MetricFamily {
  /** Without `_total` and `_info`: `ratectl_keys`. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'info' | 'histogram';
  /** `seconds` when the name ends with it. */
  readonly unit?: 'seconds';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily =>
  family('gauge', name, help, samples);

export const counter = (name: string, help: string, samples: readonly Sample[]): MetricFamily =>
  family('counter', name, help, samples);

/** One sample without labels. */
export const plain = (value: number): readonly Sample[] => [{labels: {}, value}];

export const family = (
  type: MetricFamily['type'],
  name: string,
  help: string,
  samples: readonly Sample[],
): MetricFamily => ({
  name: `ratectl_${name}`,
  type,
  ...(name.endsWith('_seconds') ? {unit: 'seconds' as const} : {}),
  help,
  samples,
});
