import { JOB, complete, drain, idOf, open, say, startTask, take, wholeTask } from '../steps.js';
import type { Step, StreamCase } from '../vocabulary.js';

const NEWS = ['TASK_CREATED', 'TASK_STARTED', 'TASK_COMPLETED'];

/** What each selection shows of a task that says one thing of each sort. */
const SELECTIONS: readonly (readonly [types: string, words: readonly string[]])[] = [
  ['events', NEWS],
  ['tokens', ['token a']],
  ['progress', ['progress 0.5']],
  ['data', ['data 1']],
  ['errors', ['error no']],
  ['tokens,errors', ['token a', 'error no']],
];

const everySort: Step[] = [
  startTask(),
  take(),
  say('a', { type: 'progress', progress: 0.5 }, { type: 'data', data: 1 }, { type: 'error', message: 'no' }),
  complete(),
];

/** What is asked for, and nothing else. */
export const filters: readonly StreamCase[] = [
  ...SELECTIONS.map(([types, words]): StreamCase => ({
    id: `only-${types.replace(',', '-and-')}`,
    promise: 'R22',
    title: `types=${types} shows these, under the ids they have in the whole stream, and says what was asked for`,
    steps: [...everySort, open('filtered', JOB, { types })],
    expect: [
      { see: 'words', reader: 'filtered', words: [...words, 'end'] },
      { see: 'ready', reader: 'filtered', has: { types: types.split(',') } },
    ],
  })),
  {
    id: 'filter-and-resume',
    promise: 'R21',
    title: 'a cursor of a filtered stream is one of the whole stream, and the other way round',
    steps: [
      ...wholeTask('a', 'b', 'c'),
      open('tokens', JOB, { types: 'tokens' }),
      drain('tokens'),
      open('whole', JOB),
      drain('whole'),
      open('on', JOB, { after: idOf('tokens', 2) }),
      open('tokens on', JOB, { types: 'tokens', after: idOf('whole', 3) }),
    ],
    expect: [
      { see: 'rest-of', reader: 'on', of: 'whole', after: 4 },
      { see: 'words', reader: 'tokens on', words: ['token b', 'token c', 'end'] },
    ],
  },
];
