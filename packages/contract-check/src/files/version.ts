import type { Contract } from '../contract/contract.js';
import type { JsonSchema } from '../schema/document.js';

/** A version to compare: a schema, or a whole contract. `name` says where it is from. */
export type Version =
  | { readonly kind: 'schema'; readonly name: string; readonly schema: JsonSchema }
  | { readonly kind: 'contract'; readonly name: string; readonly contract: Contract };

/** A path that leads to nothing that can be compared. */
export class VersionError extends Error {
  override readonly name = 'VersionError';
}
