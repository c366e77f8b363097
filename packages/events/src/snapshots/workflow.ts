import * as z from 'zod/mini';

import { suspendType, workflowStatuses } from '../enums.js';
import { openEnum, orNull } from './words.js';

const suspendTypeWord = openEnum(Object.values(suspendType));

const shape = {
  id: z.guid(),
  kind: z.string(),
  status: openEnum(workflowStatuses),
  workerId: orNull(z.string()),
  error: orNull(z.string()),
  parentWorkflowExecutionId: orNull(z.guid()),
};

/** A workflow execution as it was when the event happened. */
export const WorkflowSnapshot = z.object(shape);

/** A workflow execution that failed: `error` says why. */
export const WorkflowFailedSnapshot = z.object({ ...shape, error: z.string() });
export type WorkflowFailedSnapshot = z.infer<typeof WorkflowFailedSnapshot>;

/** A workflow execution that gave up its worker: `suspendType` names the wait, `waitingOn` lists all of them. */
export const WorkflowSuspendedSnapshot = z.object({
  ...shape,
  suspendType: suspendTypeWord,
  waitingOn: z._default(
    z.array(z.object({ type: suspendTypeWord, name: z.optional(z.string()), id: z.optional(z.string()) })),
    () => [],
  ),
});
export type WorkflowSuspendedSnapshot = z.infer<typeof WorkflowSuspendedSnapshot>;

/** What any workflow event may carry. */
export type WorkflowSnapshot = z.infer<typeof WorkflowSnapshot> | WorkflowFailedSnapshot | WorkflowSuspendedSnapshot;
