import {
  FLOW,
  JOB,
  awaits,
  complete,
  completes,
  cut,
  drain,
  open,
  say,
  signal,
  startTask,
  startWorkflow,
  take,
  waits,
} from '../steps.js';
import type { StreamCase } from '../vocabulary.js';

/** 64 Ki characters, 40 times: more than sockets hold. */
const LONG = 'x'.repeat(65_536);
const MUCH = Array.from({ length: 40 }, (_, index) => `${index} ${LONG}`);

const TURNS = [1, 2, 3];

/** R24, R27, R28: readers of every sort. */
export const readers: readonly StreamCase[] = [
  {
    id: 'slow-reader',
    promise: 'R24',
    title: 'a reader that stops reading hurts nobody else, and has missed nothing when it goes on',
    steps: [
      startTask(),
      open('slow', JOB),
      open('fast', JOB),
      { do: 'stall', reader: 'slow' },
      take(),
      say(...MUCH),
      complete(),
      drain('fast'),
      { do: 'wake', reader: 'slow' },
    ],
    expect: [
      { see: 'whole', reader: 'fast' },
      { see: 'same', readers: ['fast', 'slow'] },
    ],
  },
  {
    id: 'conversation',
    promise: 'R27',
    title: 'in every turn of a conversation a new reader and one that stayed see the same',
    steps: [
      startWorkflow(),
      open('stayed', FLOW),
      waits(),
      ...TURNS.flatMap((round) => [
        signal(),
        open(`tab ${round}`, FLOW),
        waits(),
        awaits(`tab ${round}`, 3 + 2 * round),
        cut(`tab ${round}`),
        open(`reloaded ${round}`, FLOW),
      ]),
      signal(),
      completes(),
    ],
    expect: [
      { see: 'whole', reader: 'stayed' },
      { see: 'same', readers: ['stayed', ...TURNS.map((round) => `reloaded ${round}`)] },
    ],
  },
  {
    id: 'leaving-readers',
    promise: 'R28',
    title: 'readers that come and go leave no trace in what others see',
    steps: [
      startTask(),
      ...Array.from({ length: 20 }, (_, index) => [open(`guest ${index}`, JOB), cut(`guest ${index}`)]).flat(),
      open('guest', JOB),
      take(),
      say('a'),
      complete(),
    ],
    expect: [{ see: 'whole', reader: 'guest' }],
  },
  {
    id: 'open-while-it-waits',
    promise: 'R28',
    title: 'a stream on which nothing happens stays open',
    steps: [
      startWorkflow(),
      waits(),
      open('patient', FLOW),
      awaits('patient', 3),
      open('other', FLOW),
      awaits('other', 3),
    ],
    expect: [
      { see: 'open', reader: 'patient' },
      { see: 'open', reader: 'other' },
    ],
  },
  {
    id: 'sign-of-life-at-once',
    promise: 'R28',
    title: 'the first thing a reader gets is a comment, so that whatever stands between lets the answer through',
    steps: [startTask(), open('first', JOB), awaits('first', 1), cut('first')],
    expect: [{ see: 'signs-of-life', reader: 'first', atLeast: 1 }],
  },
  {
    id: 'signs-of-life',
    promise: 'R28',
    title: 'on an idle stream a comment comes every 15 seconds, without an id',
    steps: [startTask(), open('idle', JOB), { do: 'await-signs-of-life', reader: 'idle', count: 2 }, cut('idle')],
    expect: [{ see: 'signs-of-life', reader: 'idle', atLeast: 2 }],
    isSlow: true,
  },
];
