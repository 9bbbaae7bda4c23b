import {jsonFormat} from '../json/json-format.ts';
import {COMMON_JSON} from './json-lines.ts';

/** The same records as `ndjson`, as the elements of one array: `[{…},{…}]`. */
export const jsonArray = jsonFormat({
  ...COMMON_JSON,
  name: 'json',
  title: 'JSON, one array of objects',
  framing: 'json-array',
});
