export { classify } from './classify.js';
export { classifyContract } from './contract/classify-contract.js';
export type { Contract, ContractManifest, EventEntry } from './contract/contract.js';
export type { Difference, Report } from './difference.js';
export type { DifferenceKind } from './kinds.js';
export type { Json, JsonObject } from './json.js';
export { CLASSES, type DifferenceClass, ROLES, type Role } from './role.js';
export { type JsonSchema, SchemaError } from './schema/document.js';
