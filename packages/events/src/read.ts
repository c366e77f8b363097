import type * as z from 'zod/mini';

import { UNRECOGNIZED } from './enums.js';
import { type Issue, toIssues } from './issue.js';

/** What came of reading a value. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value; readonly unrecognized?: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

type Path = readonly PropertyKey[];

/**
 * Reads a value with open enums: a word that is not in its list becomes `UNRECOGNIZED` and its path is reported, where
 * the validator alone would refuse the whole value.
 *
 * @param within - path of the value in the event, put before every path that is reported.
 */
export function readOpen<Value>(schema: z.ZodMiniType<Value>, raw: unknown, within: string): Read<Value> {
  const first = schema.safeParse(raw);
  if (first.success) return { ok: true, value: first.data };

  // The only closed lists in the schemas are open enums, so a text that is not in its list is a newer word. Reading
  // again with a listed word in its place keeps the common case, where every word is known, at one pass.
  let known = raw;
  const paths: Path[] = [];
  for (const issue of first.error.issues) {
    if (issue.code !== 'invalid_value' || typeof getAt(raw, issue.path) !== 'string') {
      return { ok: false, issues: toIssues(first.error.issues, within) };
    }
    known = setAt(known, issue.path, issue.values[0]);
    paths.push(issue.path);
  }
  const second = schema.safeParse(known);
  if (!second.success) return { ok: false, issues: toIssues(second.error.issues, within) };
  const value = paths.reduce<unknown>((result, path) => setAt(result, path, UNRECOGNIZED), second.data);
  return { ok: true, value: value as Value, unrecognized: paths.map((path) => [within, ...path].join('.')) };
}

function getAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], value);
}

/** A copy of `value` with another value at `path`; what is not on the path is shared. */
function setAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<PropertyKey, unknown>;
  copy[key] = setAt(copy[key], rest, replacement);
  return copy;
}
