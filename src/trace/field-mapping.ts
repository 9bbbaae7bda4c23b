import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';

/**
 * `--map t=ts_ms,key=user,cost=in+out`: attribute → the field it is read from. `t` is the time, `cost` may add several
 * fields with `+`, `duration` is how long the request took. JSON fields may be paths: `request.client_ip`.
 */
export class FieldMapping {
  static readonly none = new FieldMapping(new Map());
  readonly #fields: ReadonlyMap<string, readonly string[]>;

  constructor(fields: ReadonlyMap<string, readonly string[]>) {
    this.#fields = fields;
  }

  /** The fields mapped to an attribute (one, or the terms of a sum for `cost`); undefined when it is not mapped. */
  fieldsOf(attribute: string): readonly string[] | undefined {
    return this.#fields.get(attribute);
  }

  /** The one field mapped to an attribute. */
  fieldOf(attribute: string): string | undefined {
    return this.#fields.get(attribute)?.[0];
  }

  get attributes(): readonly string[] {
    return [...this.#fields.keys()];
  }
}

const PAIR = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.+)$/;

/** Parses the values of `--map`. Throws a usage error that shows the right form. */
export const parseFieldMapping = (texts: readonly string[]): FieldMapping => {
  const fields = new Map<string, readonly string[]>();
  for (const pair of texts.flatMap((text) => text.split(','))) {
    const match = PAIR.exec(pair.trim());
    const attribute = match?.[1];
    const field = match?.[2];
    if (attribute === undefined || field === undefined) {
      throw new RatectlError(`--map: ${quoted(pair)} is not of the form attribute=field`, {
        code: 'usage/map',
        hint: 'for example --map t=ts_ms,key=user,cost=tokens',
      });
    }
    if (fields.has(attribute))
      throw new RatectlError(`--map: attribute ${quoted(attribute)} is given twice`, {code: 'usage/map'});
    const terms = attribute === 'cost' ? field.split('+').map((term) => term.trim()) : [field.trim()];
    if (terms.includes(''))
      throw new RatectlError(`--map: ${quoted(pair)} leaves a field out`, {
        code: 'usage/map',
        hint: 'for example --map cost=tokens_in+tokens_out',
      });
    fields.set(attribute, terms);
  }
  return new FieldMapping(fields);
};
