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

/** Says of each limit that skipped requests which attributes these lacked, and where all lacked one, how to read it. */
export const notesOnSkips = (
  limits: readonly LimitSummary[],
  policy: Policy,
  read: ReadTrace,
): readonly string[] => {
  const specOf = ({name}: LimitSummary): LimitSpec => policy.limits.find((spec) => spec.name === name)!;
  const applied = limits.filter(({requests}) => requests > 0);
  const seen = new Set(applied.flatMap((limit) => templateAttributes(specOf(limit).key)));
  return limits.filter(({skipped}) => skipped > 0).map((limit) => noteOf(limit, specOf(limit), seen, read));
};

const noteOf = (
  {name, skipped, requests}: LimitSummary,
  spec: LimitSpec,
  seen: ReadonlySet<string>,
  read: ReadTrace,
): string => {
  const ofKey = [...new Set(templateAttributes(spec.key))];
  const ofTier = tierAttributes(spec);
  const all = [...ofKey, ...ofTier];
  const absent = all.filter((attribute) => cannotHave(attribute, read));
  // Of limits that skipped every request, an attribute that others found is not to blame.
  const unseen = requests > 0 ? [] : all.filter((attribute) => !seen.has(attribute));
  const blamed = [absent, unseen, all].find((some) => some.length > 0)!;
  const causes = ofKey.filter((attribute) => blamed.includes(attribute)).map(quote);
  if (ofTier.some((attribute) => blamed.includes(attribute)))
    causes.push(`a known tier (${ofTier.map(quote).join(', ')})`);
  const what = `limit ${name} skipped ${formatPlural(skipped, 'request')} without ${causes.join(' or ')}`;
  // A tier may be there and unknown: then another field is no way out.
  const unread = unseen.filter(
    (attribute) =>
      blamed.includes(attribute) &&
      (absent.includes(attribute) || ofKey.includes(attribute)) &&
      read.mapping.fieldsOf(attribute) === undefined,
  );
  return unread.length === 0 ? what : `${what}: ${wayOut(unread)}`;
};

const quote = (attribute: string): string => `"${attribute}"`;

const wayOut = (attributes: readonly string[]): string =>
  `--map ${attributes.map((attribute) => `${attribute}=FIELD`).join(',')} says where ${attributes.length === 1 ? 'it is' : 'they are'} read`;

/** Those that a request must have besides its key: where requests of no tier are skipped. */
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
