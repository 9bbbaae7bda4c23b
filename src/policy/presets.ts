import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import {packageRoot} from './package-root.ts';

/** A policy that comes with the package, as `examples/policies/<name>.yaml`. */
export interface Preset {
  readonly name: string;
  readonly description: string;
}

export const PRESETS: readonly Preset[] = [
  {name: 'per-ip', description: 'one token bucket per client address: the place to start'},
  {name: 'service-desk', description: '60 per minute and 1,000 per hour for each client, both at once'},
  {
    name: 'gateway',
    description: 'layers of a multi-tenant gateway: per address, tenant, endpoint and integration',
  },
  {name: 'tiers', description: 'plans with several buckets each, and moves between them by behaviour'},
  {
    name: 'concurrency',
    description: 'slots with a queue, a rate, a breaker, and limits that shrink under load',
  },
  {name: 'concurrency-strict', description: 'the same with small limits: production under pressure'},
  {name: 'concurrency-permissive', description: 'the same with large limits: development and staging'},
  {
    name: 'database-service',
    description: 'rates, quotas of the calendar, a breaker, and degradation by priority',
  },
  {name: 'overload', description: 'all protection under load together, made to be rehearsed'},
  {name: 'nginx', description: 'leaky bucket with the arithmetic of nginx limit_req'},
  {name: 'llm-tokens', description: 'tokens per minute and requests per minute of a language model'},
  {
    name: 'tokens',
    description: 'OAuth tokens of a provider with a refresh budget, a queue of calls and a breaker',
  },
];

export const DEFAULT_PRESET = 'per-ip';

/** The text of a preset. `from` is the `import.meta.url` of a file of the package, in `src` or built. */
export const readPreset = (name: string, from: string = import.meta.url): string => {
  const names = PRESETS.map((preset) => preset.name);
  if (!names.includes(name)) {
    throw new RatectlError(`no preset ${quoted(name)}${didYouMean(name, names)}`, {
      code: 'policy/no-such-preset',
      hint: `presets are: ${names.join(', ')}`,
    });
  }
  const root = packageRoot(from);
  try {
    return readFileSync(join(root, 'examples', 'policies', `${name}.yaml`), 'utf8');
  } catch (error) {
    throw new RatectlError(`preset ${quoted(name)} is not part of this installation`, {
      code: 'policy/preset-missing',
      hint: 'install ratectl again, or copy the preset from its repository (examples/policies)',
      cause: error,
    });
  }
};
