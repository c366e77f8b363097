import type * as z from 'zod/mini';

/** What is wrong, and where. Never the value itself, so that it can be logged. */
export interface Issue {
  /** Place in the payload, such as `data.waitingOn.0.type`; empty for the whole. */
  readonly path: string;
  /** Kind of fault, such as `invalid_type`. */
  readonly code: string;
}

/** The validator's findings without messages or values. */
export function toIssues(found: readonly z.core.$ZodIssue[], within = ''): Issue[] {
  const prefix = within === '' ? [] : [within];
  return found.map(({ path, code }) => ({ path: [...prefix, ...path].join('.'), code: code ?? 'custom' }));
}
