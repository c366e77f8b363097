import { CancellationSnapshot } from '../snapshots/cancellation.js';
import { defineStateEvents } from './define.js';

/** News of wishes to stop. */
export const cancellationEvents = defineStateEvents('cancellation', {
  CANCELLATION_REQUESTED: {
    data: CancellationSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.workflowExecutionId,
    doc: 'Someone asked the execution to stop. It may still clean up, and ends as its code decides.',
    sample: { workflowExecutionId: '018f6b2e-0000-7000-8000-000000000001', reason: 'ordered twice' },
  },
});
