import {ADDRESS_FIELDS, ATTRIBUTE_FIELDS, DURATION_FIELDS, TIME_FIELDS} from '../common-fields.ts';
import {jsonFormat} from '../json/json-format.ts';
import type {JsonProfile} from '../json/json-profile.ts';
import {unitOfFieldName} from '../time/epoch.ts';

/** Objects that follow no standard: fields by the names people give them. */
export const COMMON_JSON: JsonProfile = {
  name: 'ndjson',
  title: 'JSON, one object per line',
  framing: 'lines',
  accessLog: false,
  time: TIME_FIELDS,
  address: ADDRESS_FIELDS,
  attributes: ATTRIBUTE_FIELDS,
  duration: DURATION_FIELDS.map((field) => ({field, unit: unitOfFieldName(field) ?? 'ms'})),
  marks: [],
};

export const jsonLines = jsonFormat(COMMON_JSON);
