import { RetrySnapshot } from '../snapshots/retry.js';
import { defineStateEvents } from './define.js';

/** News of retries that people ask for. */
export const retryEvents = defineStateEvents('retry', {
  RETRY_REQUESTED: {
    data: RetrySnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.targetId,
    doc: 'A failed execution or standalone task is opened again. The only event that may follow a terminal one.',
    sample: { targetId: '018f6b2e-0000-7000-8000-000000000001', targetType: 'workflow', attempt: 2 },
  },
});
