import * as fc from 'fast-check';

import type { Json, JsonSchema } from '../../src/index.js';
import { isObject } from '../../src/json.js';
import type { Draw } from './random-schema.js';

const SCALARS: readonly Json[] = [null, true, false, 0, 1, 2, 3, -1, 0.5, 1.5, 'a', 'b', 'ab', 'abc', 'abcd', ''];
const ANY: readonly Json[] = [...SCALARS, [], [0], ['a', 'a'], {}];

/**
 * A value as somebody would write it who goes by the schema: it has no properties that the schema does not speak of. It is
 * often valid; only a validator can say so.
 */
export function randomValue(draw: Draw, schema: JsonSchema, root: JsonSchema, depth = 5): Json {
  const pick = <T>(options: readonly T[]): T => {
    const found = options[draw(fc.nat, { max: options.length - 1 })];
    if (found === undefined) throw new Error('There is nothing to choose from.');
    return found;
  };
  if (!isObject(schema)) return pick(ANY);
  const inner = (part: JsonSchema): Json => randomValue(draw, part, root, depth - 1);
  if (depth <= 0) return pick(ANY);

  const parts: Json[] = [];
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === 'string') parts.push(inner(definition(root, $ref)));
  for (const union of [anyOf, oneOf])
    if (Array.isArray(union) && union.length > 0) parts.push(inner(pick(union) as JsonSchema));
  if (Array.isArray(allOf)) parts.push(...(allOf as JsonSchema[]).map(inner));
  if (Array.isArray(schema['enum'])) parts.push(pick(schema['enum'] as Json[]));
  if (schema['const'] !== undefined) parts.push(schema['const']);
  if (isObject(schema['properties']) && (type === 'object' || type === undefined || draw(fc.boolean))) {
    parts.push(randomObject(draw, schema, inner));
  }
  if (type === 'array') parts.push(randomList(draw, schema, inner));
  if (parts.length === 0) return pick(type === 'object' ? [{}] : ANY);
  // What has to hold together is put together; which scalar survives is chance.
  const objects = parts.filter(isObject);
  return objects.length === parts.length ? Object.assign({}, ...objects) : pick(parts);
}

function definition(root: JsonSchema, reference: string): JsonSchema {
  const definitions = isObject(root) ? root['$defs'] : undefined;
  return ((isObject(definitions) && definitions[reference.replace('#/$defs/', '')]) ?? true) as JsonSchema;
}

function randomObject(draw: Draw, schema: { readonly [key: string]: Json }, inner: (part: JsonSchema) => Json): Json {
  const properties = schema['properties'] as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  const { additionalProperties } = schema;
  const others = isObject(additionalProperties)
    ? ['a', 'd'].filter((name) => !(name in properties) && draw(fc.boolean))
    : [];
  const named = Object.keys(properties).filter((name) => required.includes(name) || draw(fc.boolean));
  return Object.fromEntries([
    ...required.filter((name) => !(name in properties)).map((name) => [name, inner(true)]),
    ...named.map((name) => [name, inner(properties[name] ?? true)]),
    ...others.map((name) => [name, inner(additionalProperties as JsonSchema)]),
  ]) as Json;
}

function randomList(draw: Draw, schema: { readonly [key: string]: Json }, inner: (part: JsonSchema) => Json): Json {
  const prefix = (schema['prefixItems'] ?? []) as JsonSchema[];
  const length = draw(fc.nat, { max: prefix.length + 2 });
  return Array.from({ length }, (_, index) => inner(prefix[index] ?? ((schema['items'] ?? true) as JsonSchema)));
}
