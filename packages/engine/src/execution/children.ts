import type { Change } from '../change.js';
import { type OwnDecision, decided } from '../decision.js';
import type { Occurrence, WaitOccurrence } from '../occurrence.js';
import { childWait, waitName } from '../wait/state.js';
import { type WorkflowState, isTerminalWorkflow } from './state.js';
import type { ExecutionView } from './view.js';
import { waking } from './waking.js';

type Initiated = Extract<WaitOccurrence, { type: 'CHILD_INITIATED' }>;

/** The execution that a parent asked for. */
export function newChild(parent: WorkflowState, asked: Initiated): Change<void> {
  return {
    id: asked.childId,
    orgId: parent.orgId,
    fresh: true,
    decide: ({ now }) =>
      decided(undefined, [
        {
          type: 'WORKFLOW_CREATED',
          workflow: {
            id: asked.childId,
            orgId: parent.orgId,
            rootId: parent.rootId,
            kind: asked.kind,
            queue: asked.queue,
            input: asked.input,
            metadata: noMetadata,
            prioritySeconds: asked.prioritySeconds,
            createdAt: now,
            parentId: parent.id,
            childName: asked.childName,
            depth: (parent.depth ?? 0) + 1,
          },
        },
      ]),
  };
}

/** The parent is told that its child has been taken up. Nobody waits for that. */
export function decideChildStarted(parent: ExecutionView | undefined, child: WorkflowState): OwnDecision<void> {
  const named = openChild(parent, child);
  return decided(undefined, named === undefined ? [] : [{ type: 'CHILD_STARTED', ...named }]);
}

/** The parent is told how its child ended, if it still wants to know. */
export function decideChildEnded(parent: ExecutionView | undefined, child: WorkflowState): OwnDecision<void> {
  const end = childEnd(parent, child);
  return decided(undefined, end === undefined ? [] : [end, ...waking(parent)]);
}

/** How a child ended, as its parent records it; `undefined` while it has not, and when the parent does not wait for it. */
export function childEnd(parent: ExecutionView | undefined, child: WorkflowState): Occurrence | undefined {
  const named = openChild(parent, child);
  if (named === undefined) return undefined;
  switch (child.status) {
    case 'COMPLETED':
      return { type: 'CHILD_COMPLETED', ...named, output: child.output };
    case 'FAILED':
      return { type: 'CHILD_FAILED', ...named, error: child.error };
    case 'CANCELLED': {
      const why = child.reason === '' ? '' : `: ${child.reason}`;
      return { type: 'CHILD_FAILED', ...named, error: `Child workflow cancelled${why}`, cancelled: true };
    }
    case 'PENDING':
    case 'RUNNING':
    case 'WAITING':
      return undefined;
  }
}

function openChild(parent: ExecutionView | undefined, child: WorkflowState) {
  if (parent?.workflow === undefined || isTerminalWorkflow(parent.workflow)) return undefined;
  if (parent.waits.get(waitName(childWait(child.id)))?.open !== true) return undefined;
  return { childId: child.id, childName: child.childName ?? '', kind: child.kind };
}

const noMetadata = '{}' as WorkflowState['metadata'];
