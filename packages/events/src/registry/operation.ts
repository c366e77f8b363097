import { OperationSnapshot } from '../snapshots/operation.js';
import { defineStateEvents } from './define.js';

/** News of a workflow's recorded side effects. */
export const operationEvents = defineStateEvents('operation', {
  OPERATION_COMPLETED: {
    data: OperationSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.operationId,
    doc: 'A side effect ran inside the workflow and its result is recorded, as JSON text.',
    sample: { operationId: 'pick-warehouse', result: '"north"' },
  },
});
