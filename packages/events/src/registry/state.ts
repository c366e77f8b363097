import { StateSetSnapshot, StateSnapshot } from '../snapshots/state.js';
import { defineStateEvents } from './define.js';

/** News of a workflow's own key-value state. */
export const stateKeyEvents = defineStateEvents('state', {
  STATE_SET: {
    data: StateSetSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.key,
    doc: 'A key of the workflow state was given a value, as JSON text.',
    sample: { key: 'step', value: '"packing"' },
  },
  STATE_CLEARED: {
    data: StateSnapshot,
    since: '1.0.0',
    terminal: false,
    subject: (data) => data.key,
    doc: 'A key of the workflow state was removed.',
    sample: { key: 'step', value: null },
  },
});
