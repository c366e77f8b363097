import { ChildWorkflowFailedSnapshot, ChildWorkflowSnapshot } from '../snapshots/child-workflow.js';
import { defineStateEvents } from './define.js';

const childWorkflowId = '018f6b2e-0000-7000-8000-0000000000c1';
const child = { childWorkflowId, kind: 'ship-parcel', error: null } as const;

/** News of a workflow's children, as the parent sees them. */
export const childWorkflowEvents = defineStateEvents('childWorkflow', {
  CHILD_WORKFLOW_INITIATED: {
    data: ChildWorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.childWorkflowId,
    doc: 'The workflow asked for a child; the child exists.',
    sample: { ...child, status: 'PENDING' },
  },
  CHILD_WORKFLOW_STARTED: {
    data: ChildWorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.childWorkflowId,
    doc: 'A worker claimed the child for the first time.',
    sample: { ...child, status: 'RUNNING' },
  },
  CHILD_WORKFLOW_COMPLETED: {
    data: ChildWorkflowSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.childWorkflowId,
    doc: 'The child returned its result.',
    sample: { ...child, status: 'COMPLETED' },
  },
  CHILD_WORKFLOW_FAILED: {
    data: ChildWorkflowFailedSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.childWorkflowId,
    doc: 'The child ended without a result: it failed or was cancelled.',
    sample: { ...child, status: 'FAILED', error: 'no courier available' },
  },
  CHILD_WORKFLOW_CANCELLATION_REQUESTED: {
    data: ChildWorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.childWorkflowId,
    doc: 'The workflow asked its child to stop.',
    sample: { ...child, status: 'CANCELLING' },
  },
  CHILD_WORKFLOW_CANCELLATION_FAILED: {
    data: ChildWorkflowFailedSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.childWorkflowId,
    doc: 'The child could not be asked to stop; `error` says why.',
    sample: { ...child, status: 'COMPLETED', error: 'the child has already ended' },
  },
});
