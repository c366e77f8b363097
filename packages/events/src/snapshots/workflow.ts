import { suspendType, workflowStatuses } from '../enums.js';
import { type ValueOf, list, optional, orNull, text, uuid, word } from '../shape.js';

const suspendTypeWord = word(Object.values(suspendType));

const shape = {
  id: uuid,
  kind: text,
  status: word(workflowStatuses),
  workerId: orNull(text),
  error: orNull(text),
  parentWorkflowExecutionId: orNull(uuid),
};

/** A workflow execution as it was when the event happened. */
export const WorkflowSnapshot = shape;

/** A workflow execution that failed: `error` says why. */
export const WorkflowFailedSnapshot = { ...shape, error: text };
export type WorkflowFailedSnapshot = ValueOf<typeof WorkflowFailedSnapshot>;

/** A workflow execution that gave up its worker: `suspendType` names the wait, `waitingOn` lists all of them. */
export const WorkflowSuspendedSnapshot = {
  ...shape,
  suspendType: suspendTypeWord,
  waitingOn: list({ type: suspendTypeWord, name: optional(text), id: optional(text) }),
};
export type WorkflowSuspendedSnapshot = ValueOf<typeof WorkflowSuspendedSnapshot>;

/** What any workflow event may carry. */
export type WorkflowSnapshot = ValueOf<typeof WorkflowSnapshot> | WorkflowFailedSnapshot | WorkflowSuspendedSnapshot;
