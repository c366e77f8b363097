import * as fc from 'fast-check';

import type { Json, JsonObject, JsonSchema } from '../../src/index.js';
import { isObject } from '../../src/json.js';

/** Draws a value; what was drawn is made smaller when a property fails. */
export type Draw = fc.GeneratorValue;

const NAMES = ['a', 'b', 'c'] as const;
const SCALARS = [null, true, false, 0, 1, 2, 3, 0.5, 'a', 'b', 'abc', ''] as const;

function one<const T>(draw: Draw, ...options: readonly T[]): T {
  const found = options[draw(fc.nat, { max: options.length - 1 })];
  if (found === undefined) throw new Error('There is nothing to choose from.');
  return found;
}

function maybe(draw: Draw, one_in = 2): boolean {
  return draw(fc.nat, { max: one_in - 1 }) === 0;
}

/** A schema with definitions that may refer to themselves and to each other. */
export function randomSchema(draw: Draw): JsonSchema {
  const schema = randomPart(draw, 3);
  // Definitions that are nothing but each other would keep a validator busy for ever.
  return withDefinitions(schema, { A: randomObject(draw, 2), B: randomObject(draw, 1) });
}

/** The same schema with one place changed. */
export function randomChange(draw: Draw, schema: JsonSchema): JsonSchema {
  const { $defs, ...rest } = schema as JsonObject;
  const definitions = $defs as Record<string, JsonObject>;
  const name = one<string>(draw, 'A', 'B');
  if (!maybe(draw, 4)) return withDefinitions(changed(draw, rest), definitions);
  const { [name]: held = {} } = definitions;
  const properties = changedMember(draw, 'properties', held['properties']);
  return withDefinitions(rest, { ...definitions, [name]: { ...held, ...properties } as JsonObject });
}

function withDefinitions(schema: JsonSchema, $defs: Record<string, JsonSchema>): JsonSchema {
  if (isObject(schema)) return { ...schema, $defs };
  return { allOf: [schema], $defs };
}

function randomPart(draw: Draw, depth: number): JsonSchema {
  const size = depth > 0 ? 12 : 6;
  switch (draw(fc.nat, { max: size })) {
    case 0:
      return one<JsonSchema>(draw, true, {}, {}, false);
    case 1:
      return { enum: Array.from({ length: 1 + draw(fc.nat, { max: 2 }) }, () => one<Json>(draw, ...SCALARS)) };
    case 2:
      return { type: one(draw, 'number', 'integer'), ...randomRange(draw) };
    case 3:
      return { type: 'string', ...randomText(draw) };
    case 4:
      return { type: one<Json>(draw, ['string', 'null'], ['integer', 'boolean'], 'boolean', 'null') };
    case 5:
      return { const: one<Json>(draw, ...SCALARS) };
    case 6:
      return { $ref: one(draw, '#/$defs/A', '#/$defs/B') };
    case 7:
      return randomList(draw, depth);
    case 8:
      return { [one(draw, 'anyOf', 'oneOf', 'allOf')]: randomParts(draw, depth) };
    default:
      return randomObject(draw, depth);
  }
}

function randomParts(draw: Draw, depth: number): JsonSchema[] {
  return Array.from({ length: 1 + draw(fc.nat, { max: 2 }) }, () => randomPart(draw, depth - 1));
}

function randomRange(draw: Draw): JsonObject {
  const limit = (): number => one(draw, 0, 1, 2, 0.5);
  return {
    ...(maybe(draw, 3) && { minimum: limit() }),
    ...(maybe(draw, 3) && { maximum: limit() }),
    ...(maybe(draw, 4) && { exclusiveMinimum: limit() }),
    ...(maybe(draw, 4) && { exclusiveMaximum: limit() }),
    ...(maybe(draw, 5) && { multipleOf: one(draw, 0.5, 1, 2, 3) }),
  };
}

function randomText(draw: Draw): JsonObject {
  return {
    ...(maybe(draw, 3) && { minLength: draw(fc.nat, { max: 3 }) }),
    ...(maybe(draw, 3) && { maxLength: draw(fc.nat, { max: 3 }) }),
    ...(maybe(draw, 5) && { pattern: one(draw, '^a', 'b') }),
  };
}

function randomList(draw: Draw, depth: number): JsonObject {
  return {
    type: 'array',
    ...(maybe(draw) && { items: randomPart(draw, depth - 1) }),
    // The validator misses equal items in places of their own when `items` is a scalar: never both.
    ...(maybe(draw, 3) ? { prefixItems: randomParts(draw, depth) } : maybe(draw, 4) && { uniqueItems: true }),
    ...(maybe(draw, 4) && { minItems: draw(fc.nat, { max: 2 }) }),
    ...(maybe(draw, 4) && { maxItems: draw(fc.nat, { max: 2 }) }),
  };
}

function randomObject(draw: Draw, depth: number): JsonObject {
  const names = NAMES.filter(() => maybe(draw));
  return {
    ...(maybe(draw, 6) ? {} : { type: 'object' }),
    properties: Object.fromEntries(names.map((name) => [name, randomPart(draw, depth - 1)])),
    required: NAMES.filter((name) => maybe(draw, names.includes(name) ? 2 : 8)),
    ...(maybe(draw, 4) && { additionalProperties: maybe(draw) ? false : randomPart(draw, depth - 1) }),
    ...(maybe(draw, 6) && { minProperties: 1 }),
    ...(maybe(draw, 6) && { maxProperties: 2 }),
    ...(maybe(draw, 8) && { not: { required: [one(draw, ...NAMES)] } }),
    ...(maybe(draw, 8) && { patternProperties: { '^a': randomPart(draw, 0) } }),
    ...(maybe(draw, 8) && { propertyNames: { enum: ['a', 'b'] } }),
    ...(maybe(draw, 8) && { unevaluatedProperties: false }),
  };
}

function changed(draw: Draw, schema: JsonSchema): JsonSchema {
  if (!isObject(schema) || maybe(draw, 5)) return randomPart(draw, 1);
  const keys = Object.keys(schema);
  const key = keys[draw(fc.nat, { max: Math.max(0, keys.length - 1) })];
  if (key === undefined) return randomPart(draw, 1);
  return { ...schema, ...changedMember(draw, key, schema[key]) } as JsonSchema;
}

function changedMember(draw: Draw, key: string, value: unknown): Record<string, unknown> {
  switch (key) {
    case 'properties': {
      const map = value as Record<string, JsonSchema>;
      const name = one(draw, ...NAMES);
      const { [name]: held = {}, ...others } = map;
      return { properties: maybe(draw, 3) ? others : { ...map, [name]: changed(draw, held) } };
    }
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
    case 'prefixItems': {
      const list = value as JsonSchema[];
      const at = draw(fc.nat, { max: list.length - 1 });
      if (maybe(draw, 3)) return { [key]: [...list, randomPart(draw, 1)] };
      if (maybe(draw, 3) && list.length > 1) return { [key]: list.toSpliced(at, 1) };
      return { [key]: list.with(at, changed(draw, list[at] ?? {})) };
    }
    case 'items':
    case 'additionalProperties':
      return { [key]: changed(draw, value as JsonSchema) };
    case 'required':
      return { required: NAMES.filter(() => maybe(draw)) };
    case 'enum':
      return { enum: [...(value as unknown[]), one<Json>(draw, ...SCALARS)].slice(draw(fc.nat, { max: 1 })) };
    case 'type':
      return { type: one<Json>(draw, 'number', 'integer', 'string', 'object', ['object', 'null'], ['string', 'null']) };
    default:
      return typeof value === 'number' ? { [key]: one(draw, 1, 2, 3) } : {};
  }
}
