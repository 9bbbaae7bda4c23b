/** A JSON Schema validator for the keywords the policy schema uses. Unknown keywords throw, so that none is ignored. */
type Schema = boolean | Readonly<Record<string, unknown>>;
type Json = Readonly<Record<string, unknown>>;

const ANNOTATIONS = new Set(['$schema', '$id', '$defs', 'title', 'description']);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isType = (value: unknown, type: unknown): boolean => {
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
};

const list = (value: unknown): readonly Schema[] => value as readonly Schema[];
const size = (value: Json): number => Object.keys(value).length;

/** Where and why a value does not fit; empty when it does. */
export const schemaErrors = (root: Schema, value: unknown): readonly string[] => {
  const check = (schema: Schema, at: unknown, path: string): readonly string[] => {
    if (typeof schema === 'boolean') return schema ? [] : [`${path}: not allowed`];
    const fits = (other: Schema): boolean => check(other, at, path).length === 0;
    const fail = (bad: boolean, what: string): readonly string[] => (bad ? [`${path}: ${what}`] : []);
    return Object.entries(schema).flatMap(([keyword, argument]): readonly string[] => {
      const number = argument as number;
      const names = argument as readonly string[];
      switch (keyword) {
        case '$ref':
          return check((root as {$defs: Record<string, Schema>}).$defs[String(argument).slice(8)]!, at, path);
        case 'type':
          return fail(!isType(at, argument), `not ${String(argument)}`);
        case 'const':
          return fail(at !== argument, `not ${String(argument)}`);
        case 'enum':
          return fail(!(argument as readonly unknown[]).includes(at), 'not one of the values');
        case 'pattern':
          return fail(typeof at === 'string' && !new RegExp(String(argument), 'u').test(at), 'pattern');
        case 'minLength':
          return fail(typeof at === 'string' && at.length < number, keyword);
        case 'maxLength':
          return fail(typeof at === 'string' && at.length > number, keyword);
        case 'minimum':
          return fail(typeof at === 'number' && at < number, keyword);
        case 'exclusiveMinimum':
          return fail(typeof at === 'number' && at <= number, keyword);
        case 'exclusiveMaximum':
          return fail(typeof at === 'number' && at >= number, keyword);
        case 'maximum':
          return fail(typeof at === 'number' && at > number, keyword);
        case 'minItems':
          return fail(Array.isArray(at) && at.length < number, keyword);
        case 'maxItems':
          return fail(Array.isArray(at) && at.length > number, keyword);
        case 'minProperties':
          return fail(isObject(at) && size(at) < number, keyword);
        case 'maxProperties':
          return fail(isObject(at) && size(at) > number, keyword);
        case 'items':
          return Array.isArray(at)
            ? at.flatMap((item, i) => check(argument as Schema, item, `${path}[${i}]`))
            : [];
        case 'required':
          return isObject(at)
            ? names.filter((name) => !Object.hasOwn(at, name)).map((name) => `${path}: needs ${name}`)
            : [];
        case 'dependentRequired':
          return isObject(at)
            ? Object.entries(argument as Record<string, readonly string[]>).flatMap(([name, needed]) =>
                Object.hasOwn(at, name) && needed.some((other) => !Object.hasOwn(at, other))
                  ? [`${path}: ${name} needs ${needed.join()}`]
                  : [],
              )
            : [];
        case 'properties':
          return isObject(at)
            ? Object.entries(argument as Record<string, Schema>).flatMap(([name, inner]) =>
                Object.hasOwn(at, name) ? check(inner, at[name], `${path}.${name}`) : [],
              )
            : [];
        case 'additionalProperties': {
          const known = Object.keys((schema['properties'] ?? {}) as object);
          return isObject(at)
            ? Object.keys(at).flatMap((name) =>
                known.includes(name) ? [] : check(argument as Schema, at[name], `${path}.${name}`),
              )
            : [];
        }
        case 'propertyNames':
          return isObject(at)
            ? Object.keys(at).flatMap((name) => check(argument as Schema, name, `${path}: name ${name}`))
            : [];
        case 'allOf':
          return list(argument).flatMap((part) => check(part, at, path));
        case 'anyOf':
          return fail(!list(argument).some(fits), 'none of the forms');
        case 'not':
          return fail(fits(argument as Schema), 'a form that is excluded');
        case 'if': {
          const next = (fits(argument as Schema) ? schema['then'] : schema['else']) as Schema | undefined;
          return next === undefined ? [] : check(next, at, path);
        }
        case 'then':
        case 'else':
          return [];
        default:
          if (ANNOTATIONS.has(keyword)) return [];
          throw new Error(`unknown keyword ${keyword}`);
      }
    });
  };
  return check(root, value, '$');
};
