import * as z from 'zod/mini';

import { orNull } from './words.js';

const shape = {
  childWorkflowId: z.guid(),
  kind: z.string(),
  status: orNull(z.string()),
  error: orNull(z.string()),
};

/** A child as its parent sees it. */
export const ChildWorkflowSnapshot = z.object(shape);
export type ChildWorkflowSnapshot = z.infer<typeof ChildWorkflowSnapshot>;

/** A child that failed, or that could not be cancelled: `error` says why. */
export const ChildWorkflowFailedSnapshot = z.object({ ...shape, error: z.string() });
export type ChildWorkflowFailedSnapshot = z.infer<typeof ChildWorkflowFailedSnapshot>;
