import { PromiseRejectedSnapshot, PromiseSnapshot } from '../snapshots/promise.js';
import { defineStateEvents } from './define.js';

const promiseId = '018f6b2e-0000-7000-8000-0000000000b1';

/** News of a workflow's promises. */
export const promiseEvents = defineStateEvents('promise', {
  PROMISE_CREATED: {
    data: PromiseSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.promiseId,
    doc: 'The workflow made a promise that someone outside will settle.',
    sample: { promiseId, result: null, error: null },
  },
  PROMISE_RESOLVED: {
    data: PromiseSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.promiseId,
    doc: 'The promise was kept; `result` is its value as JSON text.',
    sample: { promiseId, result: '{"approved":true}', error: null },
  },
  PROMISE_REJECTED: {
    data: PromiseRejectedSnapshot,
    since: '1.0.0',
    terminal: true,
    subject: (data) => data.promiseId,
    doc: 'The promise was rejected; `error` says why.',
    sample: { promiseId, result: null, error: 'not approved' },
  },
});
