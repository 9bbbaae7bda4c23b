import {CONFIG_FIELDS, CONTEXT_NAME, type ConfigField} from './config-fields.ts';

type Schema = Readonly<Record<string, unknown>>;

const DURATION = String.raw`^(?:\d+(?:\.\d+)?(?:us|µs|ms|s|m|h|d|w))+$`;

const valueSchema = (type: ConfigField['type']): Schema => {
  switch (type) {
    case 'context':
      return {type: 'string', pattern: CONTEXT_NAME.source};
    case 'contexts':
      return {
        type: 'object',
        propertyNames: {pattern: CONTEXT_NAME.source},
        additionalProperties: {$ref: '#/$defs/context'},
      };
    case 'flag':
      return {type: 'boolean'};
    case 'duration':
      return {type: 'string', pattern: DURATION};
    case 'command':
      return {type: 'array', items: {type: 'string'}, minItems: 1};
    case 'variable':
      return {type: 'string', pattern: String.raw`^[A-Za-z_]\w{0,127}$`};
    case 'url':
    case 'path':
    case 'text':
      return {type: 'string', minLength: 1};
  }
};

const objectOf = (place: 'file' | 'context'): Schema => ({
  type: 'object',
  properties: Object.fromEntries(
    CONFIG_FIELDS.filter((field) => field.places.includes(place)).map(({name, type, doc}) => [
      name,
      {description: doc, ...valueSchema(type)},
    ]),
  ),
  additionalProperties: false,
});

/** The JSON Schema of configuration files, for editors. */
export const configJsonSchema = (): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'ratectl configuration',
  ...objectOf('file'),
  $defs: {context: objectOf('context')},
});
