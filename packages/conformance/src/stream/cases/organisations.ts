import {
  FLOW,
  JOB,
  awaits,
  complete,
  completes,
  cut,
  fail,
  open,
  say,
  startTask,
  startWorkflow,
  take,
} from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

const organisation = { scope: 'organisation' } as const;

/** The live view of everything, for lists; looked at through the filter for the kind of the case. */
export const organisations: readonly StreamCase[] = [
  {
    id: 'organisation-news',
    promise: 'R20',
    title: 'who follows an organisation hears of what happens to its workflows from then on',
    steps: [open('list', FLOW, organisation), startWorkflow(), completes(), awaits('list', 3), cut('list')],
    expect: [
      {
        see: 'words',
        reader: 'list',
        words: ['WORKFLOW_CREATED', 'WORKFLOW_STARTED', 'WORKFLOW_COMPLETED'],
      },
      { see: 'frame', reader: 'list', word: 'WORKFLOW_COMPLETED', has: { executionId: '{flow}', seq: 3 } },
    ],
  },
  {
    id: 'organisation-without-output',
    promise: 'R20',
    title: 'lists hear of tasks without what they say',
    steps: [
      open('list', JOB, organisation),
      startTask(),
      take(),
      say('a', 'b'),
      complete(),
      awaits('list', 3),
      cut('list'),
    ],
    expect: [{ see: 'words', reader: 'list', words: ['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED'] }],
  },
  {
    id: 'organisation-has-no-end',
    promise: 'R28',
    title: 'the stream of an organisation does not end with an execution',
    steps: [open('list', JOB, organisation), startTask(), take(), fail('no'), awaits('list', 3)],
    expect: [
      { see: 'open', reader: 'list' },
      { see: 'never', reader: 'list', words: ['end'] },
    ],
  },
  {
    id: 'organisation-from-a-strange-cursor',
    promise: 'R21',
    title: 'a cursor of another process is answered with a gap: the lists are to be loaded again',
    steps: [open('list', JOB, { ...organisation, after: 'elsewhere.3' }), startTask(), awaits('list', 1), cut('list')],
    expect: [
      { see: 'gap', reader: 'list', has: { reason: 'epoch' } },
      { see: 'words', reader: 'list', words: ['gap', 'TASK_CREATED'] },
    ],
  },
];
