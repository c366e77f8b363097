import * as z from 'zod/mini';

import { taskStatuses } from '../enums.js';
import { count, openEnum, orNull } from './words.js';

const shape = {
  id: z.guid(),
  kind: z.string(),
  status: openEnum(taskStatuses),
  /** Attempts begun so far. */
  executionCount: count,
  maxRetries: count,
  workerId: orNull(z.string()),
  error: orNull(z.string()),
};

/** A task as it was when the event happened. */
export const TaskSnapshot = z.object(shape);
export type TaskSnapshot = z.infer<typeof TaskSnapshot>;

/** A task one attempt of which failed: `status` is PENDING when another attempt follows, `error` says why. */
export const TaskFailedSnapshot = z.object({ ...shape, error: z.string() });
export type TaskFailedSnapshot = z.infer<typeof TaskFailedSnapshot>;
