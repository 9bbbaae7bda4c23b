import {ageText} from '../../base/age-text.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {DoctorEvidence} from '../model/doctor-report.ts';

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `used 1.4 GiB`. */
export const evidenceText = ({name, value, unit}: DoctorEvidence): string =>
  `${name} ${valueText(value, unit)}`;

const valueText = (value: DoctorEvidence['value'], unit: DoctorEvidence['unit']): string => {
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'bytes':
      return bytesText(value);
    case 'ms':
      return msText(value);
    case 'share':
      return formatShare(value);
    case 'count':
    case 'text':
      return formatCount(value);
  }
};

/** From a second on as people say it. */
const msText = (value: number): string =>
  Math.abs(value) < 1_000 ? `${formatCount(value)} ms` : `${value < 0 ? '-' : ''}${ageText(Math.abs(value))}`;

const bytesText = (value: number): string => {
  const unit = Math.min(BYTES.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
  const scaled = value / 1_024 ** unit;
  return `${unit === 0 || scaled >= 100 ? Math.round(scaled) : Number(scaled.toFixed(1))} ${BYTES[unit]}`;
};
