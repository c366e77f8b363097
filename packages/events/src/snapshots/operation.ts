import { type ValueOf, orNull, text } from '../shape.js';

/** A side effect that was recorded once; `result` is JSON text. */
export const OperationSnapshot = { operationId: text, result: orNull(text) };
export type OperationSnapshot = ValueOf<typeof OperationSnapshot>;
