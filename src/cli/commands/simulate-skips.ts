import {templateAttributes} from '../../engine/key-template.ts';
import type {LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {FieldMapping} from '../../trace/field-mapping.ts';
import type {TraceFormat} from '../../trace/format.ts';
import {formatPlural} from '../../view/format-number.ts';
import type {LimitSummary} from '../../view/model/simulate-report.ts';

/** How a trace was read: which attributes it can have. */
export interface ReadTrace {
  readonly formats: readonly TraceFormat[];
  readonly mapping: FieldMapping;
}

/** Says of each limit that skipped requests which attributes it missed, and how to give it those that no request had. */
export const notesOnSkips = (
  limits: readonly LimitSummary[],
  policy: Policy,
  read: ReadTrace,
): readonly string[] =>
  limits
    .filter(({skipped}) => skipped > 0)
    .map((limit) => noteOf(limit, policy.limits.find(({name}) => name === limit.name)!, read));

const noteOf = ({name, skipped, requests}: LimitSummary, spec: LimitSpec, read: ReadTrace): string => {
  const ofKey = [...new Set(templateAttributes(spec.key))];
  const tiers = tierAttributes(spec);
  const absent = ofKey.filter((attribute) => cannotHave(attribute, read));
  // Where the format tells which one it is, the others are not to blame.
  const missing = absent.length > 0 ? absent : ofKey;
  const causes = missing.map(quote);
  if (absent.length === 0 && tiers.length > 0) causes.push(`a known tier (${tiers.map(quote).join(', ')})`);
  const unread = (absent.length > 0 ? missing : [...missing, ...tiers]).filter(
    (attribute) => read.mapping.fieldsOf(attribute) === undefined,
  );
  const what = `limit ${name} skipped ${formatPlural(skipped, 'request')} without ${causes.join(' or ')}`;
  return requests > 0 || unread.length === 0 ? what : `${what}: ${wayOut(unread)}`;
};

const quote = (attribute: string): string => `"${attribute}"`;

const wayOut = (attributes: readonly string[]): string =>
  `--map ${attributes.map((attribute) => `${attribute}=FIELD`).join(',')} says where ${attributes.length === 1 ? 'it is' : 'they are'} read`;

/** Of a limit that skips requests of no tier. */
const tierAttributes = ({key, plan}: LimitSpec): readonly string[] =>
  plan.kind === 'tiered' && plan.defaultTier === undefined
    ? [...new Set(templateAttributes(plan.tier))].filter((name) => !templateAttributes(key).includes(name))
    : [];

/** Whether no record of these formats has the attribute, and no `--map` gives it one. */
const cannotHave = (attribute: string, {formats, mapping}: ReadTrace): boolean =>
  mapping.fieldsOf(attribute) === undefined &&
  formats.every(
    ({attributes, accessLog}) =>
      !attributes.includes('*') &&
      !attributes.includes(attribute) &&
      !(accessLog && attribute === 'key' && attributes.includes('ip')),
  );
