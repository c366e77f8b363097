import type { Unrecognized } from './enums.js';

/** How a value is recognised; what `read` and the validators are made from. */
export type Kind =
  | { readonly kind: 'text'; readonly pattern?: RegExp }
  | { readonly kind: 'integer'; readonly min: number }
  | { readonly kind: 'number' }
  | { readonly kind: 'json' }
  | { readonly kind: 'texts' }
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'orNull'; readonly of: Field }
  | { readonly kind: 'optional'; readonly of: Field };

/** What one key of an object holds: data that says how to check it, and in its type what comes of that. */
export type Field<Value = unknown> = Kind & { readonly '~value'?: Value };

/** An object's keys. Plain data, so that reading needs no validation library and no generated code in a browser. */
export type Shape = Readonly<Record<string, Field>>;

/** Any text. */
export const text: Field<string> = { kind: 'text' };

/** A UUID of any version. */
export const uuid: Field<string> = {
  kind: 'text',
  pattern: /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
};

/** A count or an instant in milliseconds since 1970: a safe integer, not negative. */
export const count: Field<number> = { kind: 'integer', min: 0 };

/** A number that counts from 1. */
export const ordinal: Field<number> = { kind: 'integer', min: 1 };

/** A finite number. */
export const number: Field<number> = { kind: 'number' };

/** Texts in a row. */
export const texts: Field<string[]> = { kind: 'texts' };

/** Any JSON value, but there must be one. */
export const json: Field = { kind: 'json' };

/** This value and no other. */
export function constant<const Value extends string | number>(value: Value): Field<Value> {
  return { kind: 'constant', value };
}

/** A text of this pattern. */
export function matching<Value extends string = string>(pattern: RegExp): Field<Value> {
  return { kind: 'text', pattern };
}

/** A word of a list that may grow: writing is closed, reading makes `UNRECOGNIZED` of a newer word. */
export function word<const Word extends string>(words: readonly Word[]): Field<Word | Unrecognized> {
  return { kind: 'word', words };
}

/** Objects in a row; readers take a missing key for none. */
export function list<const Of extends Shape>(of: Of): Field<ValueOf<Of>[]> {
  return { kind: 'list', of };
}

/** Always written, with `null` for absence; readers take a missing key for `null`. */
export function orNull<Value>(of: Field<Value>): Field<Value | null> {
  return { kind: 'orNull', of };
}

/** Left out when absent; readers take `null`, which serializers of other languages write, for absence. */
export function optional<Value>(of: Field<Value>): Field<Value> & { readonly kind: 'optional' } {
  return { kind: 'optional', of };
}

type Optional = { readonly kind: 'optional' };
type Held<F> = F extends Field<infer Value> ? Value : never;

/** The type of an object of this shape, as readers get it. */
export type ValueOf<S extends Shape> = Simplify<
  { -readonly [Key in keyof S as S[Key] extends Optional ? never : Key]: Held<S[Key]> } & {
    -readonly [Key in keyof S as S[Key] extends Optional ? Key : never]?: Held<S[Key]> | undefined;
  }
>;

type Simplify<T> = { [Key in keyof T]: T[Key] };
