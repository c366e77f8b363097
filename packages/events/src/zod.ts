import * as z from 'zod/mini';

import type { Field, Shape, ValueOf } from './shape.js';

type Fields<S extends Shape> = { [Key in keyof S]: z.ZodMiniType };

/**
 * The zod validator of a shape, closed as a writer needs it: a word that is not in its list is refused. Its output type
 * is the reader's all the same, because whoever takes the narrower values takes these.
 */
export function objectSchema<S extends Shape>(shape: S): z.ZodMiniObject<Fields<S>> & z.ZodMiniType<ValueOf<S>> {
  const fields = Object.entries(shape).map(([key, field]) => [key, fieldSchema(field)]);
  return z.object(Object.fromEntries(fields) as Fields<S>) as ReturnType<typeof objectSchema<S>>;
}

function fieldSchema(field: Field): z.ZodMiniType {
  switch (field.kind) {
    case 'text':
      return field.pattern === undefined ? z.string() : z.string().check(z.regex(field.pattern));
    case 'integer':
      return z.int().check(z.gte(field.min));
    case 'number':
      return z.number();
    case 'json':
      return z.unknown();
    case 'constant':
      return z.literal(field.value);
    case 'word':
      return z.enum(field.words as string[]);
    case 'texts':
      return z.array(z.string());
    case 'list':
      return z._default(z.array(objectSchema(field.of)), () => []);
    case 'orNull':
      return z._default(z.nullable(fieldSchema(field.of)), () => null);
    case 'optional':
      return z.optional(fieldSchema(field.of));
  }
}
