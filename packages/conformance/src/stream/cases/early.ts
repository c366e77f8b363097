import { FLOW, child, completes, open, signal, startTask, startWorkflow, waits } from '../steps.js';
import type { Step, StreamCase } from '../vocabulary.js';

/**
 * A workflow whose next turn can be taken at once: a server waits a few seconds for what does not exist, so nothing slow may
 * come between a reader and what it waits for.
 */
const readyToGoOn: Step[] = [startWorkflow(), waits(), signal()];

/** R23: a stream may be asked for before there is one. */
export const early: readonly StreamCase[] = [
  {
    id: 'early-reader',
    promise: 'R23',
    title: 'a reader that comes before the execution waits for it, and sees all of it',
    steps: [
      ...readyToGoOn,
      open('early', 'son', { isEarly: true }),
      waits(child('son')),
      completes('son'),
      completes(),
      open('late', 'son'),
    ],
    expect: [
      { see: 'whole', reader: 'early' },
      { see: 'same', readers: ['early', 'late'] },
    ],
  },
  {
    id: 'early-reader-of-a-family',
    promise: 'R23',
    title: 'so does one that asks for an execution together with its descendants',
    steps: [
      ...readyToGoOn,
      open('early', 'son', { isEarly: true, scope: 'family' }),
      waits(child('son')),
      completes('son'),
      completes(),
    ],
    expect: [
      {
        see: 'in-order',
        reader: 'early',
        words: ['WORKFLOW_CREATED', 'WORKFLOW_STARTED', 'WORKFLOW_COMPLETED', 'end'],
      },
    ],
  },
  {
    id: 'nobody-there',
    promise: 'R23',
    title: 'an execution that does not come into being is not found, as a problem that programs can read',
    steps: [open('in vain', 'nobody')],
    expect: [{ see: 'problem', reader: 'in vain', status: 404, type: 'not-found' }],
  },
  {
    id: 'nobody-there-of-that-sort',
    promise: 'R23',
    title: 'a task has no stream under the address of workflows, nor a workflow under that of tasks',
    steps: [
      startTask(),
      startWorkflow(),
      open('wrong', 'job', { isEarly: true, request: { path: '/workflow-executions/{job}/stream' } }),
      open('also wrong', FLOW, { isEarly: true, request: { path: '/task-executions/{flow}/stream' } }),
    ],
    expect: [
      { see: 'problem', reader: 'wrong', status: 404, type: 'not-found' },
      { see: 'problem', reader: 'also wrong', status: 404, type: 'not-found' },
    ],
  },
];
