import type {MetricFamily, Sample} from './metric-family.ts';

/**
 * The two text formats that Prometheus reads.
 *
 *     text 0.0.4     # TYPE ratectl_x_total counter     info is a gauge named _info
 *     OpenMetrics    # TYPE ratectl_x counter           # UNIT, # EOF at the end
 *
 * Sources: prometheus.io/docs/instrumenting/exposition_formats, OpenMetrics 1.0.0.
 */
export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What an `Accept` header prefers; the older text where it does not say. */
export const formatFor = (accept: string | undefined): ExpositionFormat => {
  const weights = {text: -1, openmetrics: -1};
  for (const part of (accept ?? '').slice(0, 2_000).split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = Number(parameters.find((text) => text.startsWith('q='))?.slice(2) ?? 1);
    if (!(weight > 0)) continue;
    if (type === 'application/openmetrics-text') weights.openmetrics = Math.max(weights.openmetrics, weight);
    if (['text/plain', 'text/*', '*/*'].includes(type)) weights.text = Math.max(weights.text, weight);
  }
  return weights.openmetrics > 0 && weights.openmetrics >= weights.text ? 'openmetrics' : 'text';
};

export const exposition = (families: readonly MetricFamily[], format: ExpositionFormat): string => {
  const lines = families.flatMap((family) => familyLines(family, format));
  return `${[...lines, ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`;
};

const familyLines = (family: MetricFamily, format: ExpositionFormat): readonly string[] => {
  const {name, type, unit, help, samples} = family;
  if (samples.length === 0) return [];
  const ending = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
  const open = format === 'openmetrics';
  const headed = open ? name : `${name}${ending}`;
  return [
    `# HELP ${headed} ${open ? escapeLabel(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
    `# TYPE ${headed} ${type === 'info' && !open ? 'gauge' : type}`,
    ...(open && unit !== undefined ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.map((sample) => sampleLine(`${name}${ending}`, sample)),
  ];
};

const sampleLine = (name: string, {labels, value, suffix}: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${suffix ?? ''}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
};

const escapeLabel = (text: string): string =>
  text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
