/** What can be completed only when TAB is pressed: names from the configuration and the policy, and lists with commas. */
export const DYNAMIC_KINDS = [
  'contexts',
  'keys',
  'providers',
  'breakers',
  'pools',
  'queues',
  'tiers',
  'stores',
  'fields',
  'states',
  'areas',
] as const;
export type DynamicKind = (typeof DYNAMIC_KINDS)[number];

const OF_OPTIONS: Readonly<Record<string, DynamicKind>> = {
  '--context': 'contexts',
  '--provider': 'providers',
  '--breaker': 'breakers',
  '--pool': 'pools',
  '--queue': 'queues',
  '--tier': 'tiers',
  '--store': 'stores',
  '--fields': 'fields',
  '--state': 'states',
  '--only': 'areas',
};

const OF_ARGUMENTS: Readonly<Record<string, DynamicKind>> = {
  selector: 'keys',
  key: 'keys',
  provider: 'providers',
  breaker: 'breakers',
  pool: 'pools',
  queue: 'queues',
};

/**
 * The kind of a place, by the name of its option or argument: a new command that calls things as the others do needs
 * nothing here. `command`: the words below the program, `context use`.
 */
export const dynamicKind = (
  command: string,
  option: string | undefined,
  name: string,
): DynamicKind | undefined => {
  if (option !== undefined) return OF_OPTIONS[option];
  if (name === 'name' && /^context (?!add)/.test(command)) return 'contexts';
  return OF_ARGUMENTS[name];
};
