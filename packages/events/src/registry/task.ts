import { TaskFailedSnapshot, TaskSnapshot } from '../snapshots/task.js';
import { defineStateEvents } from './define.js';

const id = '018f6b2e-0000-7000-8000-0000000000a1';
const created = { id, kind: 'charge-card', executionCount: 0, maxRetries: 3, workerId: null, error: null } as const;
const running = { ...created, status: 'RUNNING', executionCount: 1, workerId: 'worker-1' } as const;

/** News of a task, of a workflow or standing alone. */
export const taskEvents = defineStateEvents('task', {
  TASK_CREATED: {
    data: TaskSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'The task exists and waits for a worker.',
    sample: { ...created, status: 'PENDING' },
  },
  TASK_STARTED: {
    data: TaskSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.id,
    doc: 'A worker began an attempt; `executionCount` is its number. Output of earlier attempts is void.',
    sample: running,
  },
  TASK_COMPLETED: {
    data: TaskSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.id,
    doc: 'The task returned its result.',
    sample: { ...running, status: 'COMPLETED' },
  },
  TASK_FAILED: {
    data: TaskFailedSnapshot,
    since: '1.0.0',
    terminal: 'unless-pending',
    subject: (data) => data.id,
    doc: 'An attempt failed. With status PENDING another one follows; otherwise the task is over.',
    sample: { ...running, status: 'PENDING', workerId: null, error: 'gateway timed out' },
  },
  TASK_CANCELLED: {
    data: TaskSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.id,
    doc: 'The task ended because it was asked to, started or not.',
    sample: { ...created, status: 'CANCELLED' },
  },
});
