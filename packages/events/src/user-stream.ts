import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';

import type { FlovynEvent } from './types.js';

/** A stream of the author's own: `data` events of one name whose values all fit one schema. Made by {@link defineStream}. */
export interface StreamDefinition<
  Name extends string = string,
  Schema extends StandardSchemaV1 = StandardSchemaV1,
> extends StreamConfig<Name, Schema> {}

/** What {@link defineStream} takes. */
export interface StreamConfig<Name extends string = string, Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** 1 to 100 letters, digits, `.`, `_` and `-`, beginning with a letter or digit. Part of the wire: readers look for it. */
  readonly name: Name;
  /** What is in it, for people. */
  readonly description?: string | undefined;
  /** From any library that implements Standard Schema, such as Zod, Valibot and ArkType. It must check synchronously. */
  readonly schema: Schema;
  /**
   * The same as JSON Schema, of what is sent, for the server to check against. Where it is absent the schema is asked for
   * it; one that has none to give is checked by the worker and by readers alone.
   */
  readonly jsonSchema?: Readonly<Record<string, unknown>> | undefined;
}

/** What may be sent to a stream: what its schema takes. */
export type StreamInput<Definition extends StreamDefinition> = StandardSchemaV1.InferInput<Definition['schema']>;

/** What readers of a stream get: what its schema makes of that. */
export type StreamOutput<Definition extends StreamDefinition> = StandardSchemaV1.InferOutput<Definition['schema']>;

/** Why a value does not fit, and where. */
export interface StreamIssue {
  /** Its place in the value: `lines.0.price`; empty for the whole value. */
  readonly path: string;
  /** In the words of the schema's library. */
  readonly message: string;
}

/** A value of a stream as its schema reads it, or why it does not fit. */
export type StreamReading<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly issues: readonly StreamIssue[] };

const STREAM_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$/;

/** What {@link isStreamName} asks for, in words. */
export const STREAM_NAME_RULE =
  'the name of a stream has 1 to 100 letters, digits, ".", "_" and "-", and begins with a letter or digit';

/** Whether a stream of the author's own may have this name. */
export function isStreamName(name: string): boolean {
  return STREAM_NAME.test(name);
}

/**
 * Defines a stream of your own, for the worker that writes it and for whoever reads it: both get its type from here.
 *
 * Its values ride among the other entries of the execution, in the same order. A value travels as it was sent; the schema
 * checks it where it is sent, and makes the reader's value of it where it is read.
 *
 * @throws {TypeError} when the name is none a stream may have, or `schema` is no Standard Schema.
 * @example
 *   import { defineStream } from '@flovyn/events';
 *   import { z } from 'zod';
 *
 *   export const orders = defineStream({ name: 'orders', schema: z.object({ id: z.string(), total: z.number() }) });
 * @see docs/guides/typed-streams.md
 */
export function defineStream<const Name extends string, Schema extends StandardSchemaV1>(
  config: StreamConfig<Name, Schema>,
): StreamDefinition<Name, Schema> {
  if (!isStreamName(config.name)) throw new TypeError(`"${config.name}" cannot be: ${STREAM_NAME_RULE}.`);
  if (typeof config.schema['~standard']?.validate !== 'function') {
    throw new TypeError(`The schema of stream "${config.name}" must implement Standard Schema (standardschema.dev).`);
  }
  return Object.freeze({ ...config });
}

/**
 * Reads an event as a value of this stream. `undefined` when it is not of this stream.
 *
 * @throws {TypeError} when the schema checks asynchronously.
 * @example
 *   import { type FlovynEvent, defineStream, readStream } from '@flovyn/events';
 *   import { z } from 'zod';
 *
 *   const orders = defineStream({ name: 'orders', schema: z.object({ id: z.string(), total: z.number() }) });
 *   export function totalOf(event: FlovynEvent): number | undefined {
 *     const reading = readStream(orders, event);
 *     return reading?.ok ? reading.value.total : undefined;
 *   }
 */
export function readStream<Definition extends StreamDefinition>(
  definition: Definition,
  event: FlovynEvent,
): StreamReading<StreamOutput<Definition>> | undefined {
  if (event.type !== 'data' || event.stream !== definition.name) return undefined;
  return checkStreamValue(definition, event.data);
}

/**
 * Holds a value to the schema of a stream.
 *
 * @throws {TypeError} when the schema checks asynchronously.
 */
export function checkStreamValue<Definition extends StreamDefinition>(
  { name, schema }: Definition,
  value: unknown,
): StreamReading<StreamOutput<Definition>> {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    // Its failure is nobody's to hear: what it would say is not waited for.
    result.catch(() => undefined);
    throw new TypeError(
      `The schema of stream "${name}" checks asynchronously, and the entries of a stream cannot wait.`,
    );
  }
  if (result.issues !== undefined) return { ok: false, issues: result.issues.map(toIssue) };
  return { ok: true, value: result.value as StreamOutput<Definition> };
}

/**
 * The JSON Schema of what is sent to a stream, draft 2020-12 where its library makes it. `undefined` when there is none.
 *
 * @throws what the library throws when the schema has something that JSON Schema cannot say.
 */
export function streamJsonSchema({
  schema,
  jsonSchema,
}: StreamDefinition): Readonly<Record<string, unknown>> | undefined {
  if (jsonSchema !== undefined) return jsonSchema;
  const { jsonSchema: convert } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props>;
  return convert?.input({ target: 'draft-2020-12' });
}

function toIssue({ path = [], message }: StandardSchemaV1.Issue): StreamIssue {
  return { path: path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.'), message };
}
