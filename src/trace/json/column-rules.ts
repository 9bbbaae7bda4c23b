import {quoted} from '../../base/safe-text.ts';
import type {AttributeColumns} from '../../engine/attribute-columns.ts';
import {ALL_KEY, ALL_KEY_NOTE} from '../all-key.ts';
import type {FieldMapping} from '../field-mapping.ts';
import {RequestLine, setPath} from '../formats/request-line.ts';
import {AddressNormalizer, addressNotes} from '../ip-address.ts';
import type {RowSink} from '../row-sink.ts';
import {withoutPort} from '../without-port.ts';
import type {FieldSlots} from './field-slots.ts';
import type {FieldRef, JsonProfile, Take} from './json-profile.ts';
import {ValueKind} from './object-scanner.ts';
import type {RecordValues} from './record-values.ts';

/** A column, and what of a value it takes. */
export interface ColumnUse {
  readonly rule: Rule;
  readonly take: Take;
}

interface Rule {
  readonly attribute: string;
  readonly column: number;
  /** Where the value may be, in order of preference, and what of it is taken. */
  readonly slots: readonly number[];
  readonly takes: readonly Take[];
  readonly normalizer: AddressNormalizer;
}

const takeOf = (attribute: string): Take =>
  attribute === 'ip' ? 'address' : attribute === 'path' ? 'path' : 'text';

/** Fills the wanted columns from a record. */
export class ColumnRules {
  #rules: readonly Rule[];
  readonly #request = new RequestLine();
  readonly #dashIsMissing: boolean;
  /** The column of `key` when it may turn out that records have no key at all. */
  readonly #openKey: number;
  #constantKey = -1;

  constructor(fields: FieldSlots, profile: JsonProfile, columns: AttributeColumns, mapping: FieldMapping) {
    const addresses = mapping.fieldOf('ip') === undefined ? profile.address : [mapping.fieldOf('ip')!];
    const refs = (attribute: string): readonly FieldRef[] => {
      const mapped = mapping.fieldOf(attribute);
      if (mapped !== undefined) return [{field: mapped, take: takeOf(attribute)}];
      const asAddress = addresses.map((field) => ({field, take: 'address'}) as const);
      if (attribute === 'ip') return asAddress;
      if (attribute === 'key') return ['key', ...asAddress];
      return profile.attributes.get(attribute) ?? [attribute];
    };
    this.#rules = columns.names.map((attribute, column) => {
      const sources = refs(attribute).flatMap((ref) => {
        const {field, take} = typeof ref === 'string' ? {field: ref, take: takeOf(attribute)} : ref;
        return fields.of(field).map((slot) => ({slot, take}));
      });
      return {
        attribute,
        column,
        slots: sources.map(({slot}) => slot),
        takes: sources.map(({take}) => take),
        normalizer: new AddressNormalizer(),
      };
    });
    this.#dashIsMissing = profile.accessLog;
    this.#openKey = profile.accessLog || mapping.fieldOf('key') !== undefined ? -1 : columns.of('key');
  }

  /** Looks at the first request: a trace whose records have neither key nor address is one of a single key. */
  settle(values: RecordValues): void {
    const rule = this.#rules.find(({column}) => column === this.#openKey);
    if (rule === undefined || values.isMet(rule.slots)) return;
    this.#constantKey = rule.column;
    this.#rules = this.#rules.filter((other) => other !== rule);
  }

  /** Sets the columns of a sink that has begun the record; false when a value is an object or array, and the sink says which. */
  read(values: RecordValues, start: number, sink: RowSink): boolean {
    const rules = this.#rules;
    for (let i = 0; i < rules.length; i++) if (!this.#fill(rules[i]!, values, start, sink)) return false;
    this.setConstants(sink);
    return true;
  }

  setConstants(sink: RowSink): void {
    if (this.#constantKey >= 0) sink.set(this.#constantKey, ALL_KEY, 0, ALL_KEY.length);
  }

  /** Which columns the value of a slot of the record just read went to. */
  usesOf(slot: number, values: RecordValues): readonly ColumnUse[] {
    return this.#rules.flatMap((rule) => {
      const chosen = this.#chosen(rule, values);
      return chosen >= 0 && rule.slots[chosen] === slot ? [{rule, take: rule.takes[chosen]!}] : [];
    });
  }

  /** Whether a value is one; access logs write `-` for none. */
  fits(bytes: Uint8Array, from: number, to: number): boolean {
    return !(this.#dashIsMissing && to - from === 1 && bytes[from] === 0x2d);
  }

  notes(): readonly string[] {
    const notes = addressNotes(this.#rules.map((rule) => rule.normalizer));
    return this.#constantKey >= 0 ? [...notes, ALL_KEY_NOTE] : notes;
  }

  #fill(rule: Rule, values: RecordValues, start: number, sink: RowSink): boolean {
    const chosen = this.#chosen(rule, values);
    if (chosen < 0) return true;
    const slot = rule.slots[chosen]!;
    const kind = values.scanner.kindOf(slot);
    if (kind === ValueKind.object || kind === ValueKind.array) {
      sink.reason = `attribute ${quoted(rule.attribute)} is an ${kind === ValueKind.object ? 'object' : 'array'}: expected text or a number`;
      sink.reasonColumn = values.scanner.starts[slot]! - start + 1;
      return false;
    }
    values.text(slot);
    this.take(rule, rule.takes[chosen]!, values.source, values.from, values.to, sink);
    return true;
  }

  /** Which of its sources a column takes; −1 when it has no value. */
  #chosen({slots}: Rule, values: RecordValues): number {
    const {scanner} = values;
    let container = -1;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const kind = scanner.kindOf(slot);
      if (kind === ValueKind.absent || kind === ValueKind.null) continue;
      if (kind === ValueKind.object || kind === ValueKind.array) {
        // `url` may be the URL, or an object that has it inside: another source then.
        if (container < 0) container = i;
      } else if (
        kind !== ValueKind.text ||
        this.fits(values.bytes, scanner.starts[slot]!, scanner.ends[slot]!)
      )
        return i;
    }
    return container;
  }

  /** Sets a column to what it takes of a value. */
  take(rule: Rule, take: Take, source: Uint8Array, from: number, to: number, sink: RowSink): void {
    switch (take) {
      case 'text':
        sink.set(rule.column, source, from, to);
        break;
      case 'address':
        rule.normalizer.set(sink, rule.column, source, from, withoutPort(source, from, to));
        break;
      case 'path':
        setPath(sink, rule.column, source, from, to);
        break;
      default: {
        const request = this.#request;
        request.read(source, from, to);
        if (take === 'request-method') sink.set(rule.column, source, request.methodStart, request.methodEnd);
        else if (take === 'request-url') sink.set(rule.column, source, request.urlStart, request.urlEnd);
        else setPath(sink, rule.column, source, request.urlStart, request.urlEnd);
      }
    }
  }
}
