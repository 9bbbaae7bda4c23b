import {formatDuration} from '../../base/duration.ts';
import type {Signals} from '../model/degrade.ts';
import {percentText} from '../status/pressure-text.ts';

/** `CPU 82%, event loop 240ms`: what is known of the signals. */
export const signalsText = ({cpu, memory, eventLoopMs, responseTimeMs}: Signals): string =>
  [
    ...(cpu === null ? [] : [`CPU ${percentText(cpu)}`]),
    ...(memory === null ? [] : [`memory ${percentText(memory)}`]),
    ...(eventLoopMs === null ? [] : [`event loop ${millisText(eventLoopMs)}`]),
    ...(responseTimeMs === null ? [] : [`response time ${millisText(responseTimeMs)}`]),
  ].join(', ');

/** Empty: not known. */
export const millisText = (ms: number | null): string =>
  ms === null ? '' : formatDuration(ms < 10 ? Math.round(ms * 1_000) : Math.round(ms) * 1_000);

export const shareText = (share: number | null): string => (share === null ? '' : percentText(share));
