import {ALGORITHM_NAMES} from '../../policy/algorithm-names.ts';
import {PRESETS} from '../../policy/presets.ts';
import {TRACE_FORMATS} from '../../trace/formats/registry.ts';
import {JITTERS} from '../../trace/generate/arrivals/backoff.ts';
import {KEY_KINDS} from '../../trace/generate/client-directory.ts';
import {ARRIVAL_KINDS, OUTPUT_FORMATS, PROFILE_NAMES} from '../../trace/generate/trace-spec.ts';
import {TIME_UNITS} from '../../trace/time/time-unit.ts';
import {HELP_TOPICS} from '../help-topics.ts';
import type {KnownChoices} from './command-tree.ts';

const traceFormats = ['auto', ...TRACE_FORMATS.map(({name}) => name)];

/** Words that options take without being told by commander, because the option reads them itself. */
export const knownChoices = (commands: readonly string[]): KnownChoices =>
  new Map<string, readonly string[]>([
    ['simulate --format', traceFormats],
    ['trace info --format', traceFormats],
    ['trace generate --kind', ARRIVAL_KINDS],
    ['trace generate --format', OUTPUT_FORMATS],
    ['trace generate --profile', PROFILE_NAMES],
    ['trace generate --key-kind', KEY_KINDS],
    ['trace generate --jitter', JITTERS],
    ['trace generate --time-unit', TIME_UNITS],
    ['override set --algorithm', ALGORITHM_NAMES],
    ['init --preset', PRESETS.map(({name}) => name)],
    ['help <topic>', [...commands, ...HELP_TOPICS.map(({name}) => name)]],
  ]);
