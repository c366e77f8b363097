import {
  FLOW,
  JOB,
  awaits,
  complete,
  completes,
  cut,
  drain,
  idOf,
  open,
  resume,
  say,
  signal,
  startTask,
  startWorkflow,
  take,
  waits,
  wholeTask,
} from '../steps.js';
import type { Step, StreamCase } from '../vocabulary.js';

/** Cursors that no entry of the stream has, and what they look like. */
const UNKNOWN = [
  ['of-another-make', 'a bare number, as another server counts', '17'],
  ['of-no-make', 'what is no cursor at all', 'not a cursor'],
  ['of-another-epoch', 'a number of an epoch that never was', 'elsewhere.3'],
  ['of-strange-letters', 'what a frame could not hold', 'a:b=c;{}%25'],
] as const;

const WHOLE = ['TASK_CREATED', 'TASK_STARTED', 'token a', 'TASK_COMPLETED', 'end'];

/** R21: exactly what is missing, or a gap that says so. */
export const resuming: readonly StreamCase[] = [
  {
    id: 'resume-after-every-entry',
    promise: 'R21',
    title: 'from every entry on, exactly those after it come',
    steps: [
      ...wholeTask('1', '2', '3', '4'),
      open('whole', JOB),
      drain('whole'),
      ...[1, 2, 3, 4, 5, 6].map((entry): Step => open(`after ${entry}`, JOB, { after: idOf('whole', entry) })),
    ],
    expect: [
      { see: 'whole', reader: 'whole' },
      ...[1, 2, 3, 4, 5, 6].map(
        (entry) => ({ see: 'rest-of', reader: `after ${entry}`, of: 'whole', after: entry }) as const,
      ),
      { see: 'ready', reader: 'after 4', has: { from: 5, head: 7 } },
    ],
  },
  {
    id: 'resume-mid-attempt',
    promise: 'R21',
    title: 'a reader that was cut off while a task spoke has every word once',
    steps: [
      startTask(),
      open('cut off', JOB),
      take(),
      say('a', 'b'),
      awaits('cut off', 4),
      cut('cut off'),
      say('c', 'd'),
      resume('cut off'),
      say('e'),
      complete(),
      drain('cut off'),
      open('whole', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'cut off' },
      { see: 'same', readers: ['cut off', 'whole'] },
    ],
  },
  {
    id: 'resume-in-pieces',
    promise: 'R21',
    title: 'a stream read over one connection for every two entries is the whole stream',
    steps: [
      ...wholeTask('1', '2', '3', '4', '5', '6', '7'),
      { do: 'read-in-pieces', reader: 'pieces', of: JOB, every: 2 },
      open('whole', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'whole' },
      { see: 'same', readers: ['pieces', 'whole'] },
    ],
  },
  {
    id: 'resume-mid-frame',
    promise: 'R21',
    title: 'a connection that breaks in the middle of a frame costs nothing',
    steps: [
      ...wholeTask('a long text that will not fit into the bytes that are read at first'),
      open('broken', JOB, { bytes: 900 }),
      resume('broken'),
      drain('broken'),
      open('whole', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'broken' },
      { see: 'same', readers: ['broken', 'whole'] },
    ],
  },
  {
    id: 'resume-while-idle',
    promise: 'R21',
    title: 'a reader that was away while a workflow waited and went on misses nothing',
    steps: [
      startWorkflow(),
      waits(),
      open('away', FLOW),
      awaits('away', 3),
      cut('away'),
      signal(),
      completes(),
      resume('away'),
      drain('away'),
    ],
    expect: [{ see: 'whole', reader: 'away' }],
  },
  {
    id: 'resume-twice',
    promise: 'R21',
    title: 'a cursor is good for more than once',
    steps: [
      ...wholeTask('a', 'b'),
      open('whole', JOB),
      drain('whole'),
      open('one', JOB, { after: idOf('whole', 2) }),
      open('other', JOB, { after: idOf('whole', 2) }),
    ],
    expect: [
      { see: 'rest-of', reader: 'one', of: 'whole', after: 2 },
      { see: 'same', readers: ['one', 'other'] },
    ],
  },
  {
    id: 'resume-by-query',
    promise: 'R21',
    title: 'the cursor may stand in the address, for readers that cannot send headers',
    steps: [
      ...wholeTask('a', 'b'),
      open('whole', JOB),
      drain('whole'),
      open('rest', JOB, { afterInQuery: idOf('whole', 3) }),
    ],
    expect: [{ see: 'rest-of', reader: 'rest', of: 'whole', after: 3 }],
  },
  {
    id: 'resume-by-header-first',
    promise: 'R21',
    title: 'of two cursors the one in the header wins: a browser sends it when it reconnects',
    steps: [
      ...wholeTask('a', 'b'),
      open('whole', JOB),
      drain('whole'),
      open('rest', JOB, { after: idOf('whole', 4), afterInQuery: idOf('whole', 1) }),
    ],
    expect: [{ see: 'rest-of', reader: 'rest', of: 'whole', after: 4 }],
  },
  {
    id: 'resume-from-nothing',
    promise: 'R21',
    title: 'an empty cursor is none',
    steps: [...wholeTask('a'), open('empty', JOB, { afterInQuery: '' }), open('whole', JOB)],
    expect: [{ see: 'same', readers: ['whole', 'empty'] }],
  },
  ...UNKNOWN.map(([id, what, cursor]): StreamCase => ({
    id: `resume-from-a-cursor-${id}`,
    promise: 'R21',
    title: `${what} is answered with a gap and everything from the beginning`,
    steps: [...wholeTask('a'), open('lost', JOB, { after: cursor }), open('by query', JOB, { afterInQuery: cursor })],
    expect: [
      { see: 'words', reader: 'lost', words: ['gap', ...WHOLE] },
      { see: 'gap', reader: 'lost', has: { from: 1, reason: 'epoch' } },
      { see: 'same', readers: ['lost', 'by query'] },
    ],
  })),
  {
    id: 'resume-from-elsewhere-while-live',
    promise: 'R21',
    title:
      'whoever comes with a strange cursor while a task runs is told of the gap, and of everything since the beginning',
    steps: [startTask(), open('ahead', JOB, { after: 'elsewhere.99' }), awaits('ahead', 1), take(), complete()],
    expect: [
      { see: 'gap', reader: 'ahead', has: { reason: 'epoch' } },
      { see: 'in-order', reader: 'ahead', words: ['gap', 'TASK_CREATED', 'TASK_COMPLETED', 'end'] },
    ],
  },
];
