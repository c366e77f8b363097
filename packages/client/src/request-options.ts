import { parameters } from '@flovyn/protocol/http';

import type { Query } from './origin.js';

/** Options that every request takes. */
export interface RequestOptions {
  /** Gives the request up; the call throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A query without the defaults that the server fills in. */
export type Optional<Parameters> = { readonly [Name in keyof Parameters]?: Parameters[Name] | undefined };

type Value = string | number | undefined | Readonly<Record<string, string>>;

/** The parameters of a list as they are sent: fields to match become one parameter each. */
export function toQuery(parametersByName: Readonly<Record<string, Value>> = {}): Query {
  const query: Record<string, string | number | undefined> = {};
  for (const [name, value] of Object.entries(parametersByName)) {
    if (typeof value !== 'object') query[name] = value;
    else for (const [field, wanted] of Object.entries(value)) query[`${parameters.metadataPrefix}${field}`] = wanted;
  }
  return query;
}
