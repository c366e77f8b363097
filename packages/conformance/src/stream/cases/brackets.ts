import {
  FLOW,
  JOB,
  cancel,
  complete,
  completes,
  fail,
  open,
  say,
  sayTooLate,
  startTask,
  startWorkflow,
  take,
  task,
  turn,
  waits,
} from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

const texts = Array.from({ length: 100 }, (_, index) => `${index}`);

/** R18: what an attempt says stands between its beginning and its end. */
export const brackets: readonly StreamCase[] = [
  {
    id: 'brackets-of-a-burst',
    promise: 'R18',
    title: 'a hundred tokens and a completion right after them arrive whole, in the order they were sent',
    steps: [startTask(), open('live', JOB), take(), say(...texts), complete(), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'live' },
      {
        see: 'words',
        reader: 'live',
        words: ['TASK_CREATED', 'TASK_STARTED', ...texts.map((text) => `token ${text}`), 'TASK_COMPLETED', 'end'],
      },
      { see: 'same', readers: ['live', 'after'] },
    ],
  },
  {
    id: 'brackets-in-a-workflow',
    promise: 'R18',
    title: "a workflow's task speaks in the workflow's stream, and every entry says whose it is",
    steps: [startWorkflow(), waits(task()), take(), say('a'), complete(), completes(), open('after', FLOW)],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'in-order', reader: 'after', words: ['TASK_CREATED', 'TASK_STARTED', 'token a', 'TASK_COMPLETED'] },
      {
        see: 'frame',
        reader: 'after',
        word: 'token a',
        has: { v: 1, executionId: '{flow}', rootExecutionId: '{flow}', taskExecutionId: '{job}', attempt: 1 },
      },
    ],
  },
  {
    id: 'brackets-of-two-attempts',
    promise: 'R18',
    title: 'an attempt that fails and will be repeated closes before the next one opens, and each entry names its own',
    steps: [
      startTask(JOB, 1),
      take(),
      say('first'),
      fail('not yet'),
      take(),
      say('second'),
      complete(),
      open('after', JOB),
    ],
    expect: [
      {
        see: 'words',
        reader: 'after',
        words: [
          'TASK_CREATED',
          'TASK_STARTED',
          'token first',
          'TASK_FAILED',
          'TASK_STARTED',
          'token second',
          'TASK_COMPLETED',
          'end',
        ],
      },
      { see: 'frame', reader: 'after', word: 'token first', has: { attempt: 1, taskExecutionId: '{job}' } },
      { see: 'frame', reader: 'after', word: 'token second', has: { attempt: 2, taskExecutionId: '{job}' } },
      {
        see: 'frame',
        reader: 'after',
        word: 'TASK_FAILED',
        has: { event: { data: { status: 'PENDING', executionCount: 1, error: 'not yet' } } },
      },
      { see: 'frame', reader: 'after', word: 'TASK_STARTED', nth: 2, has: { event: { data: { executionCount: 2 } } } },
    ],
  },
  {
    id: 'brackets-of-the-last-attempt',
    promise: 'R18',
    title: 'the last attempt that fails closes with the task',
    steps: [startTask(JOB, 1), take(), fail('one'), take(), say('x'), fail('two'), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'end', reader: 'after', has: { status: 'FAILED' } },
      {
        see: 'frame',
        reader: 'after',
        word: 'TASK_FAILED',
        nth: 2,
        has: { event: { data: { status: 'FAILED', executionCount: 2, error: 'two' } } },
      },
    ],
  },
  {
    id: 'brackets-of-every-sort',
    promise: 'R26',
    title: 'tokens, progress, data and errors arrive as they were said',
    steps: [
      startTask(),
      take(),
      say(
        'text',
        { type: 'progress', progress: 0.25, details: 'a quarter' },
        { type: 'data', data: { rows: [1, null, 'two'] } },
        { type: 'error', message: 'disk is slow', code: 'SLOW' },
      ),
      complete(),
      open('after', JOB),
    ],
    expect: [
      {
        see: 'in-order',
        reader: 'after',
        words: ['token text', 'progress 0.25', 'data {"rows":[1,null,"two"]}', 'error disk is slow', 'TASK_COMPLETED'],
      },
      { see: 'frame', reader: 'after', word: 'progress 0.25', has: { event: { details: 'a quarter' } } },
      { see: 'frame', reader: 'after', word: 'error disk is slow', has: { event: { code: 'SLOW' } } },
    ],
  },
  {
    id: 'brackets-of-reported-progress',
    promise: 'R26',
    title: 'progress that is reported rather than streamed stands in the stream too',
    steps: [
      startTask(),
      take(),
      { do: 'report', task: JOB, progress: 0.5, details: 'half way' },
      complete(),
      open('after', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'frame',
        reader: 'after',
        word: 'progress 0.5',
        has: { taskExecutionId: '{job}', attempt: 1, event: { details: 'half way' } },
      },
    ],
  },
  {
    id: 'brackets-closed-by-completion',
    promise: 'R18',
    title: 'output that comes after the completion is not shown',
    steps: [startTask(), open('live', JOB), take(), say('in time'), complete(), sayTooLate('late'), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'live' },
      { see: 'never', reader: 'after', words: ['token late'] },
      { see: 'same', readers: ['live', 'after'] },
    ],
  },
  {
    id: 'brackets-closed-by-failure',
    promise: 'R18',
    title: 'output that comes between two attempts is not shown',
    steps: [
      startTask(JOB, 1),
      take(),
      say('first'),
      fail('not yet'),
      sayTooLate('late'),
      take(),
      say('second'),
      complete(),
      open('after', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'never', reader: 'after', words: ['token late'] },
    ],
  },
  {
    id: 'brackets-closed-by-cancellation',
    promise: 'R18',
    title: 'output that comes after the task was cancelled is not shown',
    steps: [startTask(), take(), say('in time'), cancel(JOB), sayTooLate('late'), open('after', JOB)],
    expect: [
      {
        see: 'words',
        reader: 'after',
        words: ['TASK_CREATED', 'TASK_STARTED', 'token in time', 'TASK_CANCELLED', 'end'],
      },
      { see: 'end', reader: 'after', has: { status: 'CANCELLED' } },
    ],
  },
  {
    id: 'brackets-closed-by-the-workflow',
    promise: 'R18',
    title: 'output of a task that outlives its workflow is not shown',
    steps: [
      startWorkflow(),
      turn('suspend', [task()]),
      take(),
      say('in time'),
      { do: 'signal', to: FLOW },
      completes(),
      sayTooLate('late'),
      open('after', FLOW),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'in-order', reader: 'after', words: ['token in time', 'WORKFLOW_COMPLETED', 'end'] },
      { see: 'never', reader: 'after', words: ['token late'] },
    ],
  },
];
