import { JOB, open, startTask } from '../steps.js';
import type { Step, StreamCase } from '../vocabulary.js';

const take = (claim: string): Step => ({ do: 'session-take', task: JOB, claim });
const say = (claim: string, first: number, ...texts: string[]): Step => ({ do: 'session-say', claim, first, texts });
const complete = (claim: string, entries: number, lost = 0): Step => ({ do: 'session-complete', claim, entries, lost });

const shown = (...texts: string[]): string[] => [
  'TASK_CREATED',
  'TASK_STARTED',
  ...texts.map((text) => `token ${text}`),
  'TASK_COMPLETED',
  'end',
];

/** R18 and R25 where output is numbered and attempts have tokens: workers that hold a session. */
export const sessions: readonly StreamCase[] = [
  {
    id: 'session-repeats-itself',
    promise: 'R18',
    title: 'what a worker says again, because it did not hear the answer, is shown once',
    steps: [
      startTask(),
      take('one'),
      say('one', 0, 'a', 'b'),
      say('one', 0, 'a', 'b'),
      say('one', 1, 'b', 'c'),
      complete('one', 3),
      complete('one', 3),
      open('after', JOB),
    ],
    expect: [{ see: 'words', reader: 'after', words: shown('a', 'b', 'c') }],
  },
  {
    id: 'session-skips-a-number',
    promise: 'R18',
    title: 'output is taken in the order of its numbers only, and an end only with all that came before it',
    steps: [
      startTask(),
      take('one'),
      say('one', 0, 'a'),
      { do: 'session-say', claim: 'one', first: 2, texts: ['c'], answer: 'refused' },
      { do: 'session-complete', claim: 'one', entries: 3, lost: 0, answer: 'refused' },
      say('one', 1, 'b', 'c'),
      complete('one', 3),
      open('after', JOB),
    ],
    expect: [{ see: 'words', reader: 'after', words: shown('a', 'b', 'c') }],
  },
  {
    id: 'session-speaks-for-an-earlier-attempt',
    promise: 'R18',
    title: 'what is said for an attempt that is over neither shows nor ends anything while the next one runs',
    steps: [
      startTask(JOB, 1),
      take('first'),
      say('first', 0, 'one'),
      { do: 'session-fail', claim: 'first', entries: 1, error: 'not yet' },
      take('second'),
      { do: 'session-say', claim: 'first', first: 1, texts: ['stale'], answer: 'either' },
      { do: 'session-complete', claim: 'first', entries: 1, lost: 0, answer: 'either' },
      say('second', 0, 'two'),
      complete('second', 1),
      open('after', JOB),
    ],
    expect: [
      { see: 'whole', reader: 'after' },
      {
        see: 'words',
        reader: 'after',
        words: [
          'TASK_CREATED',
          'TASK_STARTED',
          'token one',
          'TASK_FAILED',
          'TASK_STARTED',
          'token two',
          'TASK_COMPLETED',
          'end',
        ],
      },
    ],
  },
  {
    id: 'session-lost-output',
    promise: 'R25',
    title: 'output that a worker had to give up is missed openly, before the end of its attempt',
    steps: [startTask(), take('one'), say('one', 0, 'a'), complete('one', 1, 3), open('after', JOB)],
    expect: [
      { see: 'whole', reader: 'after' },
      { see: 'frame', reader: 'after', word: 'error *', has: { attempt: 1, event: { code: 'STREAM_LOSS' } } },
      { see: 'end', reader: 'after', has: { status: 'COMPLETED' } },
    ],
  },
];
