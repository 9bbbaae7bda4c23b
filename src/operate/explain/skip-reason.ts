import {templateParts} from '../../engine/key-template.ts';
import {compileGlob} from '../../engine/live/glob.ts';
import type {Attributes} from '../../engine/live/request-router.ts';
import type {LimitSpec, MatcherSpec} from '../../engine/policy-model.ts';
import type {KeyRules} from '../key-rules.ts';

/**
 * Why the router left a limit out for a request. It only names the reason: whether the limit applies is what the router said.
 */
export const skipReason = (spec: LimitSpec, attributes: Attributes, rules: KeyRules, now: number): string => {
  const textOf = (name: string): string =>
    Object.hasOwn(attributes, name) ? String(attributes[name] ?? '') : '';
  const misses = ({attribute, values}: MatcherSpec): boolean =>
    textOf(attribute) === '' || !values.some((value) => compileGlob(value)(textOf(attribute)));
  if (spec.unless.length > 0 && !spec.unless.some(misses))
    return `"unless" holds: ${spec.unless.map(({attribute}) => shown(attribute, textOf(attribute))).join(', ')}`;
  const failed = spec.when.find(misses);
  if (failed !== undefined)
    return `"when" does not hold: ${shown(failed.attribute, textOf(failed.attribute))}, expected ${failed.values.join(' or ')}`;
  const names = attributesIn(spec.key);
  const missing = names.filter((name) => textOf(name) === '');
  if (missing.length > 0) return `its key ${spec.key} lacks ${missing.map((name) => `"${name}"`).join(', ')}`;
  const key = renderedKey(spec, textOf);
  const override = rules.of({limit: spec.name, key, tier: ''}, now)?.override;
  if (override?.effect === 'exempt')
    return `the key is exempt (${override.from === 'live' ? 'set at run time' : 'by the policy'})`;
  if (spec.plan.kind === 'tiered') {
    const unknown = attributesIn(spec.plan.tier).map((name) => shown(name, textOf(name)));
    return `no such tier: ${unknown.join(', ') || spec.plan.tier}; tiers are ${[...spec.plan.tiers.keys()].join(', ')}`;
  }
  return 'it does not apply';
};

const attributesIn = (template: string): readonly string[] =>
  templateParts(template).flatMap((part) => (part.kind === 'attribute' ? [part.name] : []));

const renderedKey = ({key}: LimitSpec, textOf: (name: string) => string): string => {
  const decoder = new TextDecoder();
  return templateParts(key)
    .map((part) => (part.kind === 'text' ? decoder.decode(part.bytes) : textOf(part.name)))
    .join('')
    .toWellFormed();
};

const shown = (name: string, value: string): string =>
  value === '' ? `"${name}" is missing` : `"${name}" is ${value}`;
