import { JOB, open, startTask } from '../steps.js';
import type { Opening, StreamCase } from '../vocabulary.js';

const REFUSALS: readonly (readonly [
  id: string,
  title: string,
  opening: Omit<Opening, 'of'>,
  status: number,
  type: string,
])[] = [
  ['of-an-unknown-sort', 'a sort of entries that does not exist', { types: 'tokens,smoke' }, 400, 'invalid-argument'],
  ['of-an-unknown-format', 'a format that does not exist', { query: 'format=xml' }, 400, 'invalid-argument'],
  ['of-an-unknown-parameter', 'a parameter that does not exist', { query: 'colour=blue' }, 400, 'invalid-argument'],
  [
    'of-no-id',
    'an id that is none',
    { request: { path: '/task-executions/not-an-id/stream' } },
    400,
    'invalid-argument',
  ],
  [
    'of-a-strange-organisation',
    'an organisation of others',
    { request: { org: 'no-such-organisation' } },
    404,
    'not-found',
  ],
  ['of-a-wrong-key', 'a key that is none', { request: { key: 'wrong' } }, 401, 'unauthenticated'],
  ['of-a-key-in-the-address', 'a key in the address', { query: 'access_token=secret' }, 400, 'invalid-argument'],
  ['of-another-method', 'any method but GET', { request: { method: 'POST' } }, 405, 'method-not-allowed'],
];

/** What is refused is refused before the stream begins, in words that programs can read. */
export const refusals: readonly StreamCase[] = REFUSALS.map(([id, what, opening, status, type]) => ({
  id: `refusal-${id}`,
  promise: 'R23',
  title: `${what} is refused with ${status}`,
  steps: [startTask(), open('refused', JOB, opening)],
  expect: [{ see: 'problem', reader: 'refused', status, type }],
}));
