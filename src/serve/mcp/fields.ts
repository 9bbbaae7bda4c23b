import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';

/** One argument of a tool. */
export type Field = {readonly about: string; readonly required?: true} & (
  | {readonly kind: 'text'; readonly most?: number}
  | {readonly kind: 'choice'; readonly of: readonly string[]}
  | {readonly kind: 'number'; readonly from: number; readonly to: number}
  | {readonly kind: 'flag'}
  /** Names and texts. */
  | {readonly kind: 'texts'}
);

export type Fields = Readonly<Record<string, Field>>;

/** Arguments that fit their fields. */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;

  /** Throws a RatectlError that says which argument is wrong, and what was expected. */
  constructor(fields: Fields, values: Readonly<Record<string, unknown>>) {
    const names = Object.keys(fields);
    for (const [name, value] of Object.entries(values)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (field === undefined)
        throw wrong(
          `unknown argument ${quoted(name)}${didYouMean(name, names)}`,
          `arguments are ${names.join(', ')}`,
        );
      check(name, value, field);
    }
    for (const [name, {required, about}] of Object.entries(fields))
      if (required && values[name] === undefined) throw wrong(`argument ${name} is missing`, about);
    this.#values = values;
  }

  text(name: string): string | undefined {
    return this.#values[name] as string | undefined;
  }

  number(name: string): number | undefined {
    return this.#values[name] as number | undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  texts(name: string): Readonly<Record<string, string>> | undefined {
    return this.#values[name] as Readonly<Record<string, string>> | undefined;
  }
}

const LONGEST = 4_096;

/** What clients are told about the arguments. */
export const schemaOf = (
  fields: Fields,
): {
  type: 'object';
  properties: Record<string, object>;
  required: string[];
  additionalProperties: boolean;
} => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, {...typeOf(field), description: field.about}]),
  ),
  required: Object.keys(fields).filter((name) => fields[name]!.required),
  additionalProperties: false,
});

const typeOf = (field: Field): object => {
  switch (field.kind) {
    case 'text':
      return {type: 'string', maxLength: field.most ?? LONGEST};
    case 'choice':
      return {type: 'string', enum: field.of};
    case 'number':
      return {type: 'integer', minimum: field.from, maximum: field.to};
    case 'flag':
      return {type: 'boolean'};
    case 'texts':
      return {type: 'object', additionalProperties: {type: 'string', maxLength: LONGEST}};
  }
};

const check = (name: string, value: unknown, field: Field): void => {
  const expected = expectation(value, field);
  if (expected === undefined) return;
  const shown = JSON.stringify(value) ?? 'nothing';
  throw wrong(`argument ${name}: expected ${expected}, got ${quoted(shown)}`, field.about);
};

/** Undefined: it fits. */
const expectation = (value: unknown, field: Field): string | undefined => {
  switch (field.kind) {
    case 'text': {
      const most = field.most ?? LONGEST;
      return typeof value === 'string' && value.length <= most
        ? undefined
        : `a text of at most ${most} characters`;
    }
    case 'choice':
      return field.of.includes(value as string) ? undefined : `one of ${field.of.join(', ')}`;
    case 'number': {
      const {from, to} = field;
      const fits = Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
      return fits ? undefined : `a whole number from ${from} to ${to}`;
    }
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'texts':
      return isTexts(value) ? undefined : 'an object whose values are texts';
  }
};

const isTexts = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((text) => typeof text === 'string' && text.length <= LONGEST);

const wrong = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/argument', hint});
