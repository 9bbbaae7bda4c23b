import type {AttributeColumns} from '../../engine/attribute-columns.ts';
import {templateAttributes} from '../../engine/key-template.ts';
import type {Attributes} from '../../engine/live/attributes.ts';
import {PRIORITY_ATTRIBUTE} from '../../engine/live/priority.ts';
import type {MatcherSpec, Policy} from '../../engine/policy-model.ts';
import {type RequestBatch, valueEnd, valueStart} from '../../engine/request-batch.ts';
import {keyText} from '../../trace/key-text.ts';

const inConditions = (...specs: readonly (readonly MatcherSpec[])[]): readonly string[] =>
  specs.flat().map(({attribute}) => attribute);

const inTemplate = (template: string | undefined): readonly string[] =>
  template === undefined ? [] : templateAttributes(template);

/** The attributes that a policy looks at. */
const attributesOf = ({limits, priorities, pools, breakers}: Policy): readonly string[] => [
  ...limits.flatMap(({key, when, unless, plan}) => [
    ...inTemplate(key),
    ...inConditions(when, unless),
    ...(plan.kind === 'tiered' ? inTemplate(plan.tier) : []),
  ]),
  ...(priorities.length > 0 ? [PRIORITY_ATTRIBUTE] : []),
  ...priorities.flatMap(({when}) => inConditions(when)),
  ...pools.flatMap(({key, when, unless}) => [...inTemplate(key), ...inConditions(when, unless)]),
  ...breakers.flatMap(({guards}) =>
    guards.kind === 'calls' ? [] : [...inTemplate(guards.key), ...inConditions(guards.when, guards.unless)],
  ),
];

/** Reads requests of batches as applications know them: attributes as text. */
export class AttributeReader {
  readonly #fields: readonly {readonly name: string; readonly column: number}[];
  readonly #key: number;
  readonly #status: number;

  /** Asks for the columns that the policies need. */
  constructor(policies: readonly Policy[], columns: AttributeColumns) {
    this.#key = columns.add('key');
    this.#status = columns.add('status');
    const names = new Set(policies.flatMap(attributesOf));
    this.#fields = [...names].map((name) => ({name, column: columns.add(name)}));
  }

  attributes(batch: RequestBatch, row: number): Attributes {
    const attributes: Record<string, string> = {};
    for (const {name, column} of this.#fields) attributes[name] = textAt(batch, row, column);
    return attributes;
  }

  /** Who asks; empty: the trace does not say. */
  key(batch: RequestBatch, row: number): string {
    return textAt(batch, row, this.#key);
  }

  /** Whether the server failed it: status 500 and more. */
  failed(batch: RequestBatch, row: number): boolean {
    const start = valueStart(batch, row, this.#status);
    const end = valueEnd(batch, row, this.#status);
    return end - start === 3 && batch.bytes[start]! >= FIVE && batch.bytes[start]! <= NINE;
  }
}

const FIVE = 0x35;
const NINE = 0x39;
/** Longer ones are decoded at once: putting them together by the byte pays for short ones only. */
const SHORT = 48;

const textAt = (batch: RequestBatch, row: number, column: number): string => {
  const start = valueStart(batch, row, column);
  const end = valueEnd(batch, row, column);
  const {bytes} = batch;
  if (end - start > SHORT) return keyText(bytes.subarray(start, end));
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return keyText(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
};
