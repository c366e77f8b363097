import { type Json, ServiceError, toJson } from '@flovyn/protocol';

/** The user's own fields as JSON text. Keys stay what they are, also ones that mean something to JavaScript. */
export function metadataText(metadata: Readonly<Record<string, unknown>> | undefined): Json {
  return toJson(metadata ?? {});
}

/** @throws {ServiceError} INVALID_ARGUMENT when a query was given. */
export function refuseQueryLanguage(query: string | undefined): void {
  if (query === undefined) return;
  throw new ServiceError('INVALID_ARGUMENT', 'This version has no query language: filter by status, kind and queue.');
}

type Defined<Value> = { [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key] } & {
  [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<Value[Key], undefined>;
};

/** The members that are there. A port's optional member is absent or has a value, never `undefined`. */
export function withoutUndefined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<Value>;
}
