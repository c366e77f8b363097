import * as http from '@flovyn/protocol/http';
import type { Schema } from '@flovyn/protocol/http';
import { z } from 'zod';

/** A JSON Schema of draft 2020-12, which is what OpenAPI 3.1 has in it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

const PLACE = '#/components/schemas/';

/** The schemas of bodies, queries and answers, each under the name the protocol gives it. */
export interface Shapes {
  /** A reference to it. Throws for a schema the protocol does not export: it has no name. */
  ref(schema: Schema): JsonSchema;
  /** The schema itself. */
  get(schema: Schema): JsonSchema;
  /** Those that something in `document` refers to, however indirectly. */
  usedBy(document: unknown): Readonly<Record<string, JsonSchema>>;
}

export function createShapes(): Shapes {
  const names = new Map<unknown, string>(
    Object.entries(http).flatMap(([name, value]) => (value instanceof z.core.$ZodType ? [[value, name]] : [])),
  );
  const all = convert(names);
  const nameOf = (schema: Schema): string => {
    const name = names.get(schema);
    if (name === undefined) throw new Error('A route has a schema that @flovyn/protocol/http does not export.');
    return name;
  };
  const get = (name: string): JsonSchema => all[name] ?? {};
  return {
    ref: (schema) => ({ $ref: PLACE + nameOf(schema) }),
    get: (schema) => get(nameOf(schema)),
    usedBy(document) {
      const used = new Map<string, JsonSchema>();
      const look = (part: unknown): void => {
        for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
          if (used.has(name)) continue;
          used.set(name, get(name));
          look(get(name));
        }
      };
      look(document);
      return Object.fromEntries([...used].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    },
  };
}

function convert(names: ReadonlyMap<unknown, string>): Readonly<Record<string, JsonSchema>> {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of names) registry.add(schema as z.core.$ZodType, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => PLACE + id,
    // What travels, on its way in and on its way out, is what the schemas read.
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, z.globalRegistry.get(zodSchema));
      // They say nothing a reader could use: the format does, and a record's keys are text anyway.
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
      delete jsonSchema.propertyNames;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $id: _id, $schema: _schema, ...schema }]) => [name, schema as JsonSchema]),
  );
}
