import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {PROTECTION_PARTS, type ProtectionOptions} from './protection-options.ts';

/** The policy without the sections that are switched off. Throws a RatectlError for a part that there is not. */
export const partsOf = (
  policy: Policy,
  parts: ProtectionOptions['parts'] = {},
  enabled: boolean = true,
): Policy => {
  for (const [part, on] of Object.entries(parts)) {
    const isKnown = (PROTECTION_PARTS as readonly string[]).includes(part);
    if (isKnown && (on === undefined || typeof on === 'boolean')) continue;
    throw new RatectlError(
      isKnown
        ? `createProtection: parts.${part} is ${quoted(String(on))}, expected true or false`
        : `createProtection: parts has ${quoted(part)}, expected ${PROTECTION_PARTS.join(', ')}`,
      {code: 'protection/option'},
    );
  }
  const has = (part: (typeof PROTECTION_PARTS)[number]): boolean => enabled && parts[part] !== false;
  return {
    ...policy,
    pools: has('concurrency') ? policy.pools : [],
    breakers: has('breakers') ? policy.breakers : [],
    adaptive: has('adaptive') ? policy.adaptive : [],
    behaviour: has('behaviour') ? policy.behaviour : [],
    degradation: has('degradation') ? policy.degradation : undefined,
  };
};
