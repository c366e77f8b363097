import { suspendType } from '../enums.js';
import { WorkflowFailedSnapshot, WorkflowSnapshot, WorkflowSuspendedSnapshot } from '../snapshots/workflow.js';
import { defineStateEvents } from './define.js';

const id = '018f6b2e-0000-7000-8000-000000000001';
const order = { id, kind: 'order', workerId: null, error: null, parentWorkflowExecutionId: null } as const;
const running = { ...order, status: 'RUNNING', workerId: 'worker-1' } as const;

/** News of the workflow execution itself. */
export const workflowEvents = defineStateEvents('workflow', {
  WORKFLOW_CREATED: {
    data: WorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'The execution exists and waits for a worker. Always the first entry of its stream.',
    sample: { ...order, status: 'PENDING' },
  },
  WORKFLOW_STARTED: {
    data: WorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'A worker claimed the execution for the first time. Said once; a later return to work is WORKFLOW_RESUMED.',
    sample: running,
  },
  WORKFLOW_COMPLETED: {
    data: WorkflowSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.id,
    doc: 'The workflow returned its result.',
    sample: { ...running, status: 'COMPLETED' },
  },
  WORKFLOW_FAILED: {
    data: WorkflowFailedSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.id,
    doc: 'The workflow ended with an error. Only RETRY_REQUESTED can follow.',
    sample: { ...running, status: 'FAILED', error: 'card declined' },
  },
  WORKFLOW_SUSPENDED: {
    data: WorkflowSuspendedSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'The workflow gave up its worker and waits. `suspendType` says for what, `waitingOn` lists everything.',
    sample: {
      ...order,
      status: 'WAITING',
      suspendType: suspendType.SIGNAL,
      waitingOn: [
        { type: suspendType.SIGNAL, name: 'approval' },
        { type: suspendType.TIMER, id: 'timer-1' },
      ],
    },
  },
  WORKFLOW_RESUMED: {
    data: WorkflowSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'Something the workflow waited for happened: it is ready to go on.',
    sample: { ...order, status: 'PENDING' },
  },
  WORKFLOW_CANCELLED: {
    data: WorkflowSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.id,
    doc: 'The execution ended because it was asked to.',
    sample: { ...order, status: 'CANCELLED' },
  },
});
