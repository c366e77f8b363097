import { FLOW, JOB, cancel, complete, completes, drain, fail, idOf, open, resume, retry, say, startTask, startWorkflow, take, task, turn, waits, wholeTask, wholeWorkflow } from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

/** R19: the end comes last, and once. */
export const ends: readonly StreamCase[] = [
  {
    id: 'end-of-a-task',
    promise: 'R19',
    title: 'the completion of a task is its last entry; end follows, and the server closes',
    steps: [startTask(), open('live', JOB), take(), complete()],
    expect: [
      { see: 'whole', reader: 'live' },
      { see: 'words', reader: 'live', words: ['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED', 'end'] },
      { see: 'end', reader: 'live', has: { status: 'COMPLETED' } },
    ],
  },
  {
    id: 'end-of-a-workflow',
    promise: 'R19',
    title: 'a workflow that completes in its first turn has told everything before it ends',
    steps: [startWorkflow(), open('live', FLOW), completes()],
    expect: [
      { see: 'whole', reader: 'live' },
      { see: 'words', reader: 'live', words: ['WORKFLOW_CREATED', 'WORKFLOW_STARTED', 'WORKFLOW_COMPLETED', 'end'] },
    ],
  },
  {
    id: 'end-by-failure',
    promise: 'R19',
    title: 'a workflow that fails ends with its error',
    steps: [startWorkflow(), turn('fail'), open('after', FLOW)],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'end', reader: 'after', has: { status: 'FAILED' } },
      {
        see: 'frame',
        reader: 'after',
        word: 'WORKFLOW_FAILED',
        has: { event: { data: { id: '{flow}', status: 'FAILED', error: 'it failed' } } },
      },
    ],
  },
  {
    id: 'end-by-cancellation',
    promise: 'R19',
    title: 'a workflow that is cancelled while it waits says so, and ends',
    steps: [startWorkflow(), waits(), open('live', FLOW), cancel()],
    expect: [
      { see: 'whole', reader: 'live' },
      { see: 'in-order', reader: 'live', words: ['CANCELLATION_REQUESTED', 'WORKFLOW_CANCELLED', 'end'] },
      { see: 'end', reader: 'live', has: { status: 'CANCELLED' } },
    ],
  },
  {
    id: 'end-after-a-failed-task',
    promise: 'R19',
    title: 'a workflow that goes on after a failed task completes after the news of it',
    steps: [
      startWorkflow(),
      open('one', FLOW),
      open('other', FLOW),
      waits(task()),
      take(),
      fail('no luck'),
      completes(),
    ],
    expect: [
      { see: 'whole', reader: 'one' },
      {
        see: 'in-order',
        reader: 'one',
        words: ['TASK_STARTED', 'TASK_FAILED', 'WORKFLOW_RESUMED', 'WORKFLOW_COMPLETED', 'end'],
      },
      { see: 'same', readers: ['one', 'other'] },
    ],
  },
  {
    id: 'end-for-good',
    promise: 'R19',
    title: 'whoever has the terminal entry is answered with 204, as often as they ask',
    steps: [
      ...wholeWorkflow(),
      open('whole', FLOW),
      drain('whole'),
      open('again', FLOW, { after: idOf('whole', -1) }),
      open('by query', FLOW, { afterInQuery: idOf('whole', -1) }),
      resume('whole'),
    ],
    expect: [
      { see: 'status', reader: 'again', is: 204 },
      { see: 'status', reader: 'by query', is: 204 },
      { see: 'status', reader: 'whole', is: 204 },
    ],
  },
  {
    id: 'end-for-who-missed-it',
    promise: 'R19',
    title: 'whoever lacks the terminal entry alone gets it, and end',
    steps: [
      ...wholeTask('a'),
      open('whole', JOB),
      drain('whole'),
      open('rest', JOB, { after: idOf('whole', -2) }),
    ],
    expect: [
      { see: 'words', reader: 'rest', words: ['TASK_COMPLETED', 'end'] },
      { see: 'rest-of', reader: 'rest', of: 'whole', after: 3 },
    ],
  },
  {
    id: 'end-for-whoever-comes-late',
    promise: 'R22',
    title: 'a stream that is over is replayed from its first entry to end, twice the same',
    steps: [...wholeTask('a', 'b'), open('one', JOB), open('other', JOB)],
    expect: [
      { see: 'whole', reader: 'one' },
      { see: 'whole', reader: 'other' },
      { see: 'same', readers: ['one', 'other'] },
    ],
  },
  {
    id: 'end-of-a-filtered-stream',
    promise: 'R19',
    title: 'a reader that asked for tokens alone is told of the end too',
    steps: [startTask(), open('tokens', JOB, { types: 'tokens' }), take(), say('a'), complete()],
    expect: [
      { see: 'words', reader: 'tokens', words: ['token a', 'end'] },
      { see: 'end', reader: 'tokens', has: { status: 'COMPLETED' } },
    ],
  },
  {
    id: 'end-taken-back-by-a-retry',
    promise: 'R19',
    title: 'a failed workflow that is retried goes on in the same stream, where it had ended',
    steps: [
      startWorkflow(),
      turn('fail'),
      open('whole', FLOW),
      drain('whole'),
      retry(),
      resume('whole'),
      completes(),
      drain('whole'),
      open('anew', FLOW),
    ],
    expect: [
      { see: 'end', reader: 'whole', connection: 1, has: { status: 'FAILED' } },
      { see: 'end', reader: 'whole', connection: 2, has: { status: 'COMPLETED' } },
      { see: 'whole', reader: 'anew' },
      { see: 'in-order', reader: 'anew', words: ['WORKFLOW_FAILED', 'RETRY_REQUESTED', 'WORKFLOW_COMPLETED', 'end'] },
      { see: 'same', readers: ['whole', 'anew'] },
    ],
  },
  {
    id: 'end-of-a-task-taken-back',
    promise: 'R19',
    title: 'a failed task that is retried goes on in the same stream',
    steps: [startTask(), take(), fail('no'), retry(JOB), take(), say('again'), complete(), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'words',
        reader: 'after',
        words: [
          'TASK_CREATED',
          'TASK_STARTED',
          'TASK_FAILED',
          'RETRY_REQUESTED',
          'TASK_STARTED',
          'token again',
          'TASK_COMPLETED',
          'end',
        ],
      },
    ],
  },
];
