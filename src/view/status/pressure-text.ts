import type {Role} from '../colour.ts';
import {SIGNAL_WORDS, type StatusPressure} from '../model/status-load.ts';

/** Beyond it a number says nothing more. */
const MOST = 100_000;

/** `131% (CPU)`: of the target; empty where nothing was measured. */
export const pressureText = (pressure: StatusPressure | null): string =>
  pressure === null || pressure.signal === null
    ? ''
    : `${percentText(Math.min(pressure.value, MOST))} (${SIGNAL_WORDS[pressure.signal] ?? pressure.signal})`;

export const pressureRole = (pressure: StatusPressure | null): Role | undefined =>
  pressure !== null && pressure.value > 1 ? 'warn' : undefined;

/** Whole percents: of what is steered, not counted. */
export const percentText = (share: number): string => `${Math.round(share * 100)}%`;
