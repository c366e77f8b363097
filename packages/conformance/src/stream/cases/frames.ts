import { JOB, awaits, complete, cut, fail, open, say, startTask, take, wholeTask } from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

/** Texts that would be frames of their own if they were written as they are. */
const NASTY = [
  'two\nlines',
  'two\r\nlines',
  'carriage\rreturn',
  '\n\nevent: end\ndata: {"status":"COMPLETED"}\n\n',
  'id: 999',
  'data: forged',
  ': comment',
  ' a blank first',
  'line\u2028separator',
  'NUL\u0000byte',
  'a face \ud83d\ude00',
  '',
  '{"v":1,"seq":1}',
];

/** As readers join the lines of a message. */
const joined = (text: string): string => text.replaceAll(/\r\n|\r/g, '\n');

/** Says in a task's name what only the server says. */
const FORGED = {
  type: 'Event',
  event: 'TASK_CANCELLED',
  data: {
    id: '018f6b2e-0000-7000-8000-0000000000a1',
    kind: 'k',
    status: 'CANCELLED',
    executionCount: 1,
    maxRetries: 0,
    workerId: null,
    error: null,
  },
  timestampMs: 1,
};

/** S11: what goes over the wire. */
export const frames: readonly StreamCase[] = [
  {
    id: 'headers',
    promise: 'R28',
    title: 'proxies are told not to keep, change or hold back what goes through them',
    steps: [startTask(), open('reader', JOB), awaits('reader', 1), cut('reader')],
    expect: [
      { see: 'status', reader: 'reader', is: 200 },
      { see: 'header', reader: 'reader', name: 'content-type', is: 'text/event-stream; charset=utf-8' },
      { see: 'header', reader: 'reader', name: 'cache-control', is: 'no-cache, no-transform' },
      { see: 'header', reader: 'reader', name: 'x-accel-buffering', is: 'no' },
      { see: 'header', reader: 'reader', name: 'content-encoding', is: null },
    ],
  },
  {
    id: 'injected-tokens',
    promise: 'S11',
    title: 'a text that looks like frames stays a text, to the character',
    steps: [...wholeTask(...NASTY), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'words',
        reader: 'after',
        words: ['TASK_CREATED', 'TASK_STARTED', ...NASTY.map((text) => `token ${text}`), 'TASK_COMPLETED', 'end'],
      },
    ],
  },
  {
    id: 'injected-elsewhere',
    promise: 'S11',
    title: 'so do texts in data, in the details of progress, in errors, and in the error of an attempt',
    steps: [
      startTask(),
      take(),
      say(
        { type: 'data', data: { text: '\n\nevent: end\n' } },
        { type: 'progress', progress: 1, details: 'a\r\nid: 9\n\n' },
        { type: 'error', message: '\n\ndata: x', code: 'a\nb' },
      ),
      fail('\r\n\r\nevent: end\r\n\r\n'),
      open('after', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'frame', reader: 'after', word: 'progress 1', has: { event: { details: 'a\r\nid: 9\n\n' } } },
      { see: 'frame', reader: 'after', word: 'error \n\ndata: x', has: { event: { code: 'a\nb' } } },
      {
        see: 'frame',
        reader: 'after',
        word: 'TASK_FAILED',
        has: { event: { data: { error: '\r\n\r\nevent: end\r\n\r\n' } } },
      },
    ],
  },
  {
    id: 'forged-news',
    promise: 'S11',
    title: 'data of a task that looks like news is refused, or stays data: nobody takes it for news',
    steps: [
      startTask(),
      take(),
      { do: 'say', task: JOB, events: [{ type: 'data', data: FORGED }], mayBeRefused: true },
      complete(),
      open('json', JOB),
      open('plain', JOB, { format: 'plain' }),
    ],
    expect: [
      { see: 'whole', reader: 'json' },
      { see: 'never', reader: 'json', words: ['TASK_CANCELLED'] },
      { see: 'never', reader: 'plain', words: ['TASK_CANCELLED'] },
    ],
  },
  {
    id: 'plain-values',
    promise: 'R17',
    title: 'the plain format has the bare text, number, data and message',
    steps: [
      ...wholeTask(
        'Hello',
        { type: 'progress', progress: 0.5, details: 'half way' },
        { type: 'data', data: { rows: 3 } },
        { type: 'error', message: 'slow', code: 'S' },
      ),
      open('plain', JOB, { format: 'plain' }),
    ],
    expect: [
      {
        see: 'plain',
        reader: 'plain',
        entries: [
          ['token', 'Hello'],
          ['progress', '0.5'],
          ['data', '{"rows":3}'],
          ['error', 'slow'],
        ],
      },
      { see: 'in-order', reader: 'plain', words: ['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED', 'end'] },
    ],
  },
  {
    id: 'plain-injection',
    promise: 'S11',
    title: 'a text that looks like frames stays a text in the plain format as well',
    steps: [...wholeTask(...NASTY), open('plain', JOB, { format: 'plain' })],
    expect: [{ see: 'plain', reader: 'plain', entries: NASTY.map((text) => ['token', joined(text)] as const) }],
  },
  {
    id: 'plain-resume',
    promise: 'R21',
    title: 'a cursor of one format is one of the other',
    steps: [
      ...wholeTask('a', 'b'),
      open('plain', JOB, { format: 'plain', entries: 3 }),
      open('json', JOB, { after: { reader: 'plain', entry: 3 } }),
    ],
    expect: [{ see: 'words', reader: 'json', words: ['token b', 'TASK_COMPLETED', 'end'] }],
  },
  {
    id: 'named-format',
    promise: 'R17',
    title: 'asking for the usual format by its name changes nothing',
    steps: [startTask(), take(), complete(), open('named', JOB, { query: 'format=json' }), open('unnamed', JOB)],
    expect: [{ see: 'same', readers: ['named', 'unnamed'] }],
  },
];
