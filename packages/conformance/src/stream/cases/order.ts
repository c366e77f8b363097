import { FLOW, JOB, awaits, complete, completes, open, say, sayOf, startTask, startWorkflow, take, task, waits, wholeTask } from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

/** R17: one order, the same for everybody. */
export const order: readonly StreamCase[] = [
  {
    id: 'order-for-all-readers',
    promise: 'R17',
    title: 'readers that come before, during and after are told the same, to the byte',
    steps: [
      startTask(),
      open('before', JOB),
      take(),
      say('a', 'b'),
      open('during', JOB),
      say('c'),
      open('late', JOB),
      say('d'),
      complete(),
      open('after', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'before' },
      { see: 'same', readers: ['before', 'during', 'late', 'after'] },
    ],
  },
  {
    id: 'order-of-two-tasks',
    promise: 'R17',
    title: 'output of tasks that run side by side stands in one order, the one in which it was acknowledged',
    steps: [
      startWorkflow(),
      open('one', FLOW),
      open('other', FLOW),
      waits(task('left'), task('right')),
      take('left'),
      take('right'),
      ...[1, 2, 3].flatMap((round) => [sayOf('left', `left ${round}`), sayOf('right', `right ${round}`)]),
      complete('right'),
      sayOf('left', 'left 4'),
      complete('left'),
      completes(),
    ],
    expect: [
      { see: 'whole', reader: 'one' },
      { see: 'same', readers: ['one', 'other'] },
      {
        see: 'in-order',
        reader: 'one',
        words: [
          ...[1, 2, 3].flatMap((round) => [`token left ${round}`, `token right ${round}`]),
          'TASK_COMPLETED',
          'token left 4',
          'TASK_COMPLETED',
          'WORKFLOW_COMPLETED',
        ],
      },
    ],
  },
  {
    id: 'order-of-the-history',
    promise: 'R17',
    title: 'state events stand in the order of the facts in the history',
    steps: [
      startWorkflow(),
      waits(task('left'), task('right'), { want: 'state', key: 'step', value: 'one' }),
      take('right'),
      complete('right'),
      waits({ want: 'operation', name: 'noted' }, { want: 'state-cleared', key: 'step' }),
      take('left'),
      complete('left'),
      completes(),
      open('after', FLOW),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'history', reader: 'after', of: FLOW },
    ],
  },
  {
    id: 'order-as-of',
    promise: 'R17',
    title: 'REST answers for the very entry that the stream ended with',
    steps: [startWorkflow(), completes(), open('after', FLOW)],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'as-of', reader: 'after', of: FLOW },
    ],
  },
  {
    id: 'order-of-many-readers',
    promise: 'R22',
    title: 'readers that join between any two entries miss nothing and get nothing twice',
    steps: [
      startTask(),
      take(),
      ...Array.from({ length: 10 }, (_, round) => [open(`reader ${round}`, JOB), say(`${round} a`, `${round} b`)]).flat(),
      complete(),
    ],
    expect: [
      { see: 'whole', reader: 'reader 0' },
      { see: 'same', readers: Array.from({ length: 10 }, (_, round) => `reader ${round}`) },
    ],
  },
  {
    id: 'order-while-live',
    promise: 'R22',
    title: 'an entry reaches a reader that waits for it before anything else happens',
    steps: [
      startTask(),
      open('live', JOB),
      awaits('live', 1),
      take(),
      awaits('live', 2),
      say('a'),
      awaits('live', 3),
      say('b'),
      awaits('live', 4),
      complete(),
    ],
    expect: [
      {
        see: 'words',
        reader: 'live',
        words: ['TASK_CREATED', 'TASK_STARTED', 'token a', 'token b', 'TASK_COMPLETED', 'end'],
      },
    ],
  },
  {
    id: 'order-told-at-opening',
    promise: 'R22',
    title: 'ready says where replay begins and how far the stream reached',
    steps: [
      ...wholeTask('a', 'b'),
      open('whole', JOB),
      { do: 'drain', reader: 'whole' },
      open('rest', JOB, { after: { reader: 'whole', entry: 2 } }),
    ],
    expect: [
      { see: 'ready', reader: 'whole', has: { from: 1, head: 5 } },
      { see: 'ready', reader: 'rest', has: { from: 3, head: 5 } },
    ],
  },
];
