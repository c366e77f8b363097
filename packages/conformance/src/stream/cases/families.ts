import {
  FLOW,
  awaits,
  child,
  complete,
  completes,
  cut,
  drain,
  idOf,
  open,
  resume,
  sayOf,
  signal,
  startWorkflow,
  take,
  task,
  turn,
  waits,
} from '../steps.js';
import type { Step, StreamCase } from '../vocabulary.js';

const family = { scope: 'family' } as const;

/** A parent, a son with a task that speaks, and a daughter. */
const life: Step[] = [
  startWorkflow(),
  waits(child('son'), child('daughter')),
  turn('suspend', [task('work')], 'son'),
  take('work'),
  sayOf('work', 'a', 'b'),
  completes('daughter'),
  waits(),
  complete('work'),
  completes('son'),
  completes(),
];

const members = [FLOW, 'son', 'daughter'];

/** R17, R19, R21 for an execution together with its descendants. */
export const families: readonly StreamCase[] = [
  {
    id: 'family-in-one-order',
    promise: 'R17',
    title: 'a family is told in one order without a hole, in which each member is whole',
    steps: [...life, open('one', FLOW, family), open('other', FLOW, family)],
    expect: [
      { see: 'family', reader: 'one', members },
      { see: 'same', readers: ['one', 'other'] },
      {
        see: 'frame',
        reader: 'one',
        word: 'token a',
        has: { executionId: '{son}', rootExecutionId: '{flow}', taskExecutionId: '{work}', attempt: 1 },
      },
    ],
  },
  {
    id: 'family-live',
    promise: 'R22',
    title: 'whoever follows a family from its beginning is told what whoever comes late is told',
    steps: [
      startWorkflow(),
      open('live', FLOW, family),
      awaits('live', 1),
      ...life.slice(1),
      open('late', FLOW, family),
    ],
    expect: [
      { see: 'family', reader: 'live', members },
      { see: 'same', readers: ['live', 'late'] },
    ],
  },
  {
    id: 'family-cut-off',
    promise: 'R21',
    title: 'a reader of a family goes on after its last entry, with nothing missing and nothing twice',
    steps: [
      ...life,
      { do: 'read-in-pieces', reader: 'pieces', of: FLOW, every: 5, ...family },
      open('whole', FLOW, family),
      drain('whole'),
      open('rest', FLOW, { ...family, after: idOf('whole', 7) }),
    ],
    expect: [
      { see: 'family', reader: 'whole', members },
      { see: 'same', readers: ['pieces', 'whole'] },
      { see: 'rest-of', reader: 'rest', of: 'whole', after: 7 },
    ],
  },
  {
    id: 'family-delivered',
    promise: 'R19',
    title: 'whoever has everything of a family is answered with 204',
    steps: [...life, open('whole', FLOW, family), drain('whole'), resume('whole')],
    expect: [{ see: 'status', reader: 'whole', is: 204 }],
  },
  {
    id: 'family-from-a-child',
    promise: 'R17',
    title: 'asked for a child, the stream is its part of the family and says so',
    steps: [...life, open('part', 'son', family)],
    expect: [
      { see: 'ready', reader: 'part', has: { below: '{son}' } },
      {
        see: 'words',
        reader: 'part',
        words: [
          'WORKFLOW_CREATED',
          'WORKFLOW_STARTED',
          'TASK_CREATED',
          'WORKFLOW_SUSPENDED',
          'TASK_STARTED',
          'token a',
          'token b',
          'TASK_COMPLETED',
          'WORKFLOW_RESUMED',
          'WORKFLOW_COMPLETED',
          'end',
        ],
      },
    ],
  },
  {
    id: 'family-outlives-its-parent',
    promise: 'R19',
    title: 'the stream of a family ends with the last of its members',
    steps: [
      startWorkflow(),
      waits(child('son')),
      turn('suspend', [], 'son'),
      signal(),
      completes(),
      open('stayed', FLOW, family),
      signal('son'),
      completes('son'),
    ],
    expect: [
      { see: 'family', reader: 'stayed', members: [FLOW, 'son'] },
      { see: 'in-order', reader: 'stayed', words: ['WORKFLOW_COMPLETED', 'WORKFLOW_COMPLETED', 'end'] },
    ],
  },
  {
    id: 'family-from-a-strange-cursor',
    promise: 'R21',
    title: 'a cursor of nobody is answered with a gap and everything from the beginning',
    steps: [...life, open('lost', FLOW, { ...family, after: 'elsewhere.3' }), open('whole', FLOW, family)],
    expect: [
      { see: 'gap', reader: 'lost', has: { from: 1, reason: 'epoch' } },
      { see: 'same', readers: ['lost', 'whole'] },
    ],
  },
  {
    id: 'family-members-of-their-own',
    promise: 'R21',
    title: 'the stream of one member has numbers and cursors of its own, live and later',
    steps: [
      startWorkflow(),
      waits(),
      signal(),
      open('parent', FLOW),
      open('family', FLOW, family),
      open('son', 'son', { isEarly: true }),
      waits(child('son')),
      turn('suspend', [], 'son'),
      awaits('parent', 7),
      cut('parent'),
      awaits('son', 3),
      cut('son'),
      signal('son'),
      completes('son'),
      completes(),
      resume('parent'),
      resume('son'),
      open('parent later', FLOW),
      open('son later', 'son'),
    ],
    expect: [
      { see: 'whole', reader: 'parent' },
      { see: 'whole', reader: 'son' },
      { see: 'same', readers: ['parent', 'parent later'] },
      { see: 'same', readers: ['son', 'son later'] },
      { see: 'family', reader: 'family', members: [FLOW, 'son'] },
    ],
  },
  {
    id: 'family-stays-open',
    promise: 'R28',
    title: 'a family of which one member waits stays open',
    steps: [startWorkflow(), waits(child('son')), open('patient', FLOW, family), awaits('patient', 5), cut('patient')],
    expect: [{ see: 'never', reader: 'patient', words: ['end'] }],
  },
];
