import {formatDuration} from '../../base/duration.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1.4 GiB`. */
export const bytesText = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[unit]}`;
};

/** µs as `0.8ms`, `1.2s`, `3m`: three figures at most. */
export const spanOf = (micros: number): string => {
  const size = Math.abs(micros);
  if (size < 10_000) return `${Math.round(size / 100) / 10}ms`;
  if (size < 1_000_000) return `${Math.round(size / 1_000)}ms`;
  if (size < 60_000_000) return `${Math.round(size / 100_000) / 10}s`;
  const grain = size < 3_600_000_000 ? 1_000_000 : size < 86_400_000_000 ? 60_000_000 : 3_600_000_000;
  return formatDuration(Math.floor(size / grain) * grain);
};

export const percentOf = (share: number): string => `${Math.round(share * 1_000) / 10}%`;

/** `a, b, c and 4 more`. */
export const listText = (names: readonly string[], most = 3): string =>
  names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** `[7, 0, 15]`; what is no number counts as 0. */
export const versionNumbers = (version: string): readonly number[] =>
  version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0);

/** Whether a version is older than another: both as `22.18`. */
export const isOlder = (version: string, than: string): boolean => {
  const [a, b] = [versionNumbers(version), versionNumbers(than)];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
};
