import {
  FLOW,
  child,
  complete,
  completes,
  fail,
  open,
  promise,
  signal,
  startTask,
  startWorkflow,
  take,
  task,
  timer,
  turn,
  waits,
  waitsFor,
} from '../steps.js';
import type { Step, StreamCase, Wish } from '../vocabulary.js';

/** Everything a workflow can wait for, what ends the wait, and what is told of it. */
const WAITS: readonly {
  readonly id: string;
  readonly what: string;
  readonly type: string;
  readonly wish?: Wish;
  readonly ends: readonly Step[];
  readonly words: readonly string[];
}[] = [
  {
    id: 'task',
    what: 'a task that completes',
    type: 'SUSPEND_TYPE_TASK',
    wish: task(),
    ends: [take(), complete()],
    words: ['TASK_COMPLETED'],
  },
  {
    id: 'task-that-fails',
    what: 'a task that fails',
    type: 'SUSPEND_TYPE_TASK',
    wish: task(),
    ends: [take(), fail('no')],
    words: ['TASK_FAILED'],
  },
  {
    id: 'timer',
    what: 'a timer that fires',
    type: 'SUSPEND_TYPE_TIMER',
    wish: timer('nap', 50),
    ends: [],
    words: ['TIMER_FIRED'],
  },
  { id: 'signal', what: 'a signal', type: 'SUSPEND_TYPE_SIGNAL', ends: [signal()], words: [] },
  {
    id: 'promise',
    what: 'a promise that is resolved',
    type: 'SUSPEND_TYPE_PROMISE',
    wish: promise('approval'),
    ends: [{ do: 'settle-promise', of: FLOW, name: 'approval', how: 'resolve' }],
    words: ['PROMISE_RESOLVED'],
  },
  {
    id: 'promise-rejected',
    what: 'a promise that is rejected',
    type: 'SUSPEND_TYPE_PROMISE',
    wish: promise('approval'),
    ends: [{ do: 'settle-promise', of: FLOW, name: 'approval', how: 'reject' }],
    words: ['PROMISE_REJECTED'],
  },
  {
    id: 'promise-out-of-time',
    what: 'a promise whose time is over',
    type: 'SUSPEND_TYPE_PROMISE',
    wish: promise('approval', 50),
    ends: [],
    words: [],
  },
  {
    id: 'child',
    what: 'a child that completes',
    type: 'SUSPEND_TYPE_CHILD_WORKFLOW',
    wish: child('son'),
    ends: [completes('son')],
    words: ['CHILD_WORKFLOW_COMPLETED'],
  },
  {
    id: 'child-that-fails',
    what: 'a child that fails',
    type: 'SUSPEND_TYPE_CHILD_WORKFLOW',
    wish: child('son'),
    ends: [turn('fail', [], 'son')],
    words: ['CHILD_WORKFLOW_FAILED'],
  },
];

const waitCases: readonly StreamCase[] = WAITS.map(({ id, what, type, wish, ends, words }) => ({
  id: `waiting-for-a-${id}`,
  promise: 'R20',
  title: `a workflow that waits for ${what} says what it waits for, and resumes after that`,
  steps: [startWorkflow(), open('live', FLOW), waits(...(wish === undefined ? [] : [wish])), ...ends, completes()],
  expect: [
    { see: 'whole', reader: 'live' },
    {
      see: 'in-order',
      reader: 'live',
      words: ['WORKFLOW_STARTED', 'WORKFLOW_SUSPENDED', ...words, 'WORKFLOW_RESUMED', 'WORKFLOW_COMPLETED'],
    },
    {
      see: 'frame',
      reader: 'live',
      word: 'WORKFLOW_SUSPENDED',
      has: { event: { data: { id: '{flow}', status: 'WAITING', suspendType: type } } },
    },
  ],
}));

/** R20: every change is told. */
export const lifecycle: readonly StreamCase[] = [
  ...waitCases,
  {
    id: 'waiting-in-the-words-of-the-worker',
    promise: 'R20',
    title: 'a worker that says that it waits for a signal is believed, beside a timer as well',
    steps: [
      startWorkflow(),
      waitsFor('Waiting for signal', timer('limit', 600_000)),
      signal(),
      turn('complete', [{ want: 'timer-cancelled', name: 'limit' }]),
      open('after', FLOW),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'frame',
        reader: 'after',
        word: 'WORKFLOW_SUSPENDED',
        has: { event: { data: { suspendType: 'SUSPEND_TYPE_SIGNAL' } } },
      },
      { see: 'in-order', reader: 'after', words: ['TIMER_STARTED', 'TIMER_CANCELLED', 'WORKFLOW_COMPLETED'] },
    ],
  },
  {
    id: 'waiting-for-a-task-beside-a-timer',
    promise: 'R20',
    title: 'of several waits the work in progress is named: only what waits for a person lets a person speak',
    steps: [
      startWorkflow(),
      waits(task(), timer('limit', 600_000)),
      take(),
      complete(),
      completes(),
      open('after', FLOW),
    ],
    expect: [
      {
        see: 'frame',
        reader: 'after',
        word: 'WORKFLOW_SUSPENDED',
        has: {
          event: { data: { suspendType: 'SUSPEND_TYPE_TASK' } },
        },
      },
    ],
  },
  {
    id: 'started-once',
    promise: 'R20',
    title: 'a workflow starts once, however often it goes on',
    steps: [startWorkflow(), waits(), signal(), waits(), signal(), completes(), open('after', FLOW)],
    expect: [
      {
        see: 'words',
        reader: 'after',
        words: [
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'WORKFLOW_SUSPENDED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_SUSPENDED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
          'end',
        ],
      },
    ],
  },
  {
    id: 'values-and-operations',
    promise: 'R20',
    title: 'what a workflow sets, clears and records is told',
    steps: [
      startWorkflow(),
      turn('complete', [
        { want: 'state', key: 'step', value: 'one' },
        { want: 'operation', name: 'noted' },
        { want: 'state-cleared', key: 'step' },
      ]),
      open('after', FLOW),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'in-order',
        reader: 'after',
        words: ['STATE_SET', 'OPERATION_COMPLETED', 'STATE_CLEARED', 'WORKFLOW_COMPLETED'],
      },
      { see: 'frame', reader: 'after', word: 'STATE_SET', has: { event: { data: { key: 'step', value: '"one"' } } } },
    ],
  },
  {
    id: 'children-are-told',
    promise: 'R20',
    title: 'a parent tells when a child was asked for and how it ended',
    steps: [startWorkflow(), waits(child('son')), completes('son'), completes(), open('after', FLOW)],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'in-order',
        reader: 'after',
        words: ['CHILD_WORKFLOW_INITIATED', 'CHILD_WORKFLOW_COMPLETED', 'WORKFLOW_RESUMED'],
      },
      {
        see: 'frame',
        reader: 'after',
        word: 'CHILD_WORKFLOW_INITIATED',
        has: { event: { data: { childWorkflowId: '{son}' } } },
      },
    ],
  },
  {
    id: 'snapshots-are-complete',
    promise: 'R20',
    title: 'the keys of a snapshot are always there, with null for what is absent',
    steps: [
      startTask(),
      open('after', 'job'),
      { do: 'await', reader: 'after', entries: 1 },
      { do: 'cut', reader: 'after' },
    ],
    expect: [
      {
        see: 'frame',
        reader: 'after',
        word: 'TASK_CREATED',
        has: {
          v: 1,
          seq: 1,
          executionId: '{job}',
          event: {
            type: 'Event',
            data: { id: '{job}', status: 'PENDING', executionCount: 0, maxRetries: 0, workerId: null, error: null },
          },
        },
      },
    ],
  },
];
