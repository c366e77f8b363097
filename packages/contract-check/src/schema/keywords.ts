import { type Json, type JsonObject, canonical, isObject } from '../json.js';
import { type Alternative, type Bound, COUNTS, type Count, VALUE_TYPES, type ValueType } from './alternative.js';
import { type Child, type SchemaDocument, SchemaError } from './document.js';
import { checkForms } from './forms.js';
import { isHigher, isLower } from './intersect.js';
import { isMultiple } from './multiple.js';

/** Words for people, and the default, which readers may fill in. They forbid nothing. */
export const NOTES = ['title', 'description', 'examples', 'deprecated', '$comment', 'default'] as const;

/** Read elsewhere, or of no meaning to a value. */
const APPLIED = ['$ref', 'allOf', 'anyOf', 'oneOf', '$defs', 'definitions', '$anchor', '$schema'];

const TYPED = ['type', 'enum', 'const', 'x-open-enum', 'x-open-union'];
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
const OTHERS = ['pattern', 'format', 'uniqueItems', 'prefixItems', 'items', 'properties', 'required'];
const UNDERSTOOD = new Set<string>([
  ...NOTES,
  ...APPLIED,
  ...TYPED,
  ...NUMBERS,
  ...OTHERS,
  ...Object.keys(COUNTS),
  'additionalProperties',
]);

/** What a schema object says with its own keywords, without those that apply other schemas to the same value. */
export function ownAlternatives(
  schema: JsonObject,
  document: SchemaDocument,
  textOf: (value: Json) => string,
): Alternative[] {
  checkForms(schema);
  const rules = rulesOf(schema, document, textOf);
  const types = typesOf(schema);
  const listed = listedValues(schema);
  return VALUE_TYPES.flatMap((type): Alternative[] => {
    if (!types.has(type) && !(type === 'number' && types.has('integer'))) return [];
    const integer = rules.integer || (types.has('integer') && !types.has('number'));
    const values = (listed ?? finite(type))?.filter((value) => typeOf(value) === type);
    if (values?.length === 0) return [];
    const { words, counts, ...others } = rules;
    return [
      {
        ...others,
        type,
        integer,
        counts: Object.fromEntries(Object.entries(counts).filter(([name]) => COUNTS[name as Count].of === type)),
        ...(type === 'string' && words && { words }),
        ...(values && { values }),
      },
    ];
  });
}

/** The type of a JSON value. */
export function typeOf(value: Json): ValueType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Exclude<ValueType, 'null' | 'array'>;
}

function finite(type: ValueType): readonly Json[] | undefined {
  if (type === 'null') return [null];
  return type === 'boolean' ? [false, true] : undefined;
}

function typesOf({ type }: JsonObject): ReadonlySet<ValueType | 'integer'> {
  if (type === undefined) return new Set(VALUE_TYPES);
  const names = Array.isArray(type) ? (type as Json[]) : [type];
  const known: readonly Json[] = [...VALUE_TYPES, 'integer'];
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) throw new SchemaError(`${JSON.stringify(strange)} is not a type of JSON Schema.`);
  return new Set(names as (ValueType | 'integer')[]);
}

function listedValues(schema: JsonObject): readonly Json[] | undefined {
  const constant = schema['const'];
  const listed = schema['enum'];
  if (constant === undefined) return Array.isArray(listed) ? (listed as Json[]) : undefined;
  if (!Array.isArray(listed)) return [constant];
  return listed.some((value) => canonical(value as Json) === canonical(constant)) ? [constant] : [];
}

function rulesOf(
  schema: JsonObject,
  document: SchemaDocument,
  textOf: (value: Json) => string,
): Omit<Alternative, 'type' | 'values'> {
  const child = (value: Json | undefined): Child =>
    value === undefined || value === true ? [] : [document.target(value)];
  const { multipleOf, pattern, format, items, prefixItems, properties, required, additionalProperties } = schema;
  const words = schema['x-open-enum'];
  const openUnion = schema['x-open-union'];
  const lower = bound(schema['minimum'], schema['exclusiveMinimum'], isHigher);
  const upper = bound(schema['maximum'], schema['exclusiveMaximum'], isLower);
  // Below the root, an id changes what references lead to.
  const isOpaque = (keyword: string): boolean =>
    keyword === '$id' ? !document.isRoot(schema) : !UNDERSTOOD.has(keyword);
  const isOpen = additionalProperties === undefined || additionalProperties === true;
  return {
    ...(Array.isArray(words) && { words: words as string[] }),
    integer: typeof multipleOf === 'number' && isMultiple(multipleOf, 1),
    ...(lower && { lower }),
    ...(upper && { upper }),
    multiples: typeof multipleOf === 'number' && multipleOf !== 1 ? [multipleOf] : [],
    counts: countsOf(schema),
    patterns: typeof pattern === 'string' ? [pattern] : [],
    formats: typeof format === 'string' ? [format] : [],
    unique: schema['uniqueItems'] === true,
    prefix: Array.isArray(prefixItems) ? (prefixItems as Json[]).map(child) : [],
    rest: child(items),
    properties: new Map(
      Object.entries(isObject(properties) ? properties : {}).map(([name, held]) => [name, child(held)]),
    ),
    required: new Set(Array.isArray(required) ? (required as string[]) : []),
    ...(!isOpen && { additional: child(additionalProperties) }),
    opaque: textsOf(schema, isOpaque, textOf),
    ...(typeof openUnion === 'string' && { openUnion }),
    notes: textsOf(schema, (keyword) => (NOTES as readonly string[]).includes(keyword), canonical),
  };
}

function bound(
  inclusive: Json | undefined,
  exclusive: Json | undefined,
  isTighter: (bound: Bound, than: Bound) => boolean,
): Bound | undefined {
  const closed = typeof inclusive === 'number' ? { value: inclusive, exclusive: false } : undefined;
  const open = typeof exclusive === 'number' ? { value: exclusive, exclusive: true } : undefined;
  return closed && open ? (isTighter(open, closed) ? open : closed) : (closed ?? open);
}

function countsOf(schema: JsonObject): Alternative['counts'] {
  const counts: Partial<Record<Count, number>> = {};
  for (const [name, { side }] of Object.entries(COUNTS) as [Count, (typeof COUNTS)[Count]][]) {
    const limit = schema[name];
    // At least none: it asks for nothing.
    if (typeof limit === 'number' && !(side === 'least' && limit <= 0)) counts[name] = limit;
  }
  return counts;
}

function textsOf(
  schema: JsonObject,
  isWanted: (keyword: string) => boolean,
  textOf: (value: Json) => string,
): ReadonlyMap<string, string> {
  const wanted = Object.entries(schema).filter(([keyword]) => isWanted(keyword));
  return new Map(wanted.map(([keyword, value]) => [keyword, textOf(value)]));
}
