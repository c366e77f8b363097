import { taskStatuses } from '../enums.js';
import { type ValueOf, count, orNull, text, uuid, word } from '../shape.js';

const shape = {
  id: uuid,
  kind: text,
  status: word(taskStatuses),
  /** Attempts begun so far. */
  executionCount: count,
  maxRetries: count,
  workerId: orNull(text),
  error: orNull(text),
};

/** A task as it was when the event happened. */
export const TaskSnapshot = shape;
export type TaskSnapshot = ValueOf<typeof TaskSnapshot>;

/** A task one attempt of which failed: `status` is PENDING when another attempt follows, `error` says why. */
export const TaskFailedSnapshot = { ...shape, error: text };
export type TaskFailedSnapshot = ValueOf<typeof TaskFailedSnapshot>;
