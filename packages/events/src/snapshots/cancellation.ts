import { type ValueOf, orNull, text, uuid } from '../shape.js';

/** A wish that an execution ends before it is done. */
export const CancellationSnapshot = { workflowExecutionId: uuid, reason: orNull(text) };
export type CancellationSnapshot = ValueOf<typeof CancellationSnapshot>;
