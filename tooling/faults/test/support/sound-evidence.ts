import { type Frame, type StateEventName, historyToStream, stateEventEntity } from '@flovyn/events';
import { digestOf, nameOf, subjectOf } from '../../src/check/digest.js';
import type { Capture, CaptureLine, Evidence, Fact, FamilyRun } from '../../src/check/evidence.js';
import { mannerOf, markOf } from '../../src/worker/kinds.js';

/** The same, and everything in it may be changed. */
export type Draft<Value> = Value extends string
  ? Value
  : Value extends ReadonlyMap<infer Key, infer Held>
    ? Map<Key, Draft<Held>>
    : Value extends object
      ? { -readonly [Name in keyof Value]: Draft<Value[Name]> }
      : Value;

export const OURS = 'org-ours';
export const OTHERS = 'org-others';

/** A history and its stream as they grow together. */
class Story {
  readonly facts: Fact[] = [];
  readonly frames: Frame[] = [];
  #at = 1_000;

  readonly id: string;
  readonly root: string;

  constructor(id: string, root = id) {
    this.id = id;
    this.root = root;
  }

  /** A fact, and what is announced of it. */
  fact(
    type: keyof typeof historyToStream,
    data: Record<string, unknown> = {},
    news: Record<string, unknown> = {},
  ): this {
    this.#at += 10;
    this.facts.push({ execution: this.id, sequence: this.facts.length + 1, at: this.#at, type, data });
    const name = historyToStream[type];
    return name === null ? this : this.news(name, news);
  }

  news(event: StateEventName, data: Record<string, unknown> = {}): this {
    const { id = this.id, executionCount } = data as { id?: string; executionCount?: number };
    const about = stateEventEntity[event] === 'task' ? { taskExecutionId: id } : {};
    const attempt = executionCount === undefined || executionCount === 0 ? {} : { attempt: executionCount };
    return this.#write({ ...about, ...attempt, event: { type: 'Event', event, data: { id, ...data } } });
  }

  /** The words of an attempt, from one to another. */
  say(task: string, attempt: number, worker: string, from: number, to: number): this {
    for (let k = from; k <= to; k++) {
      const mark = markOf(worker, k);
      const events = {
        token: { type: 'token', text: `${mark} ` },
        progress: { type: 'progress', progress: 0.5, details: mark },
        data: { type: 'data', data: { mark } },
        error: { type: 'error', message: mark },
      };
      this.#write({ taskExecutionId: task, attempt, event: events[mannerOf(k)] });
    }
    return this;
  }

  #write(parts: object): this {
    this.#at += 10;
    const head = { v: 1, seq: this.frames.length + 1, epoch: 'e', executionId: this.id, rootExecutionId: this.root };
    this.frames.push({ ...head, timestampMs: this.#at, ...parts } as unknown as Frame);
    return this;
  }
}

function taskOf(story: Story, id: string): Story {
  return story
    .fact('TASK_SCHEDULED', { taskExecutionId: id }, { id, status: 'PENDING', executionCount: 0 })
    .news('TASK_STARTED', { id, status: 'RUNNING', executionCount: 1 })
    .say(id, 1, 'w0.1', 1, 6)
    .news('TASK_FAILED', { id, status: 'PENDING', executionCount: 1, error: 'naps stumbled in attempt 1' })
    .news('TASK_STARTED', { id, status: 'RUNNING', executionCount: 2 })
    .say(id, 2, 'w1.1', 1, 12)
    .fact('TASK_COMPLETED', { taskExecutionId: id }, { id, status: 'COMPLETED', executionCount: 2 });
}

const naps = taskOf(
  new Story('naps-1')
    .fact('WORKFLOW_STARTED')
    .news('WORKFLOW_STARTED')
    .fact('TIMER_STARTED', { timerId: 'sleep-1', fireAtMs: 1_040 }, { timerId: 'sleep-1', fireAtMs: 1_040 })
    .fact('WORKFLOW_SUSPENDED', {}, { suspendType: 'SUSPEND_TYPE_TIMER' })
    .fact('TIMER_FIRED', { timerId: 'sleep-1' }, { timerId: 'sleep-1' })
    .news('WORKFLOW_RESUMED'),
  'task-1',
).fact('WORKFLOW_COMPLETED', { output: 30 });

const notes = new Story('notes-1')
  .fact('WORKFLOW_STARTED')
  .news('WORKFLOW_STARTED')
  .fact('SIGNAL_RECEIVED', { signalName: 'note', signalValue: 'note-a' })
  .fact('SIGNAL_RECEIVED', { signalName: 'note', signalValue: 'note-b' })
  .fact('WORKFLOW_COMPLETED');

const pledge = new Story('pledge-1')
  .fact('WORKFLOW_STARTED')
  .news('WORKFLOW_STARTED')
  .fact('PROMISE_CREATED', { promiseId: 'promise-1' }, { promiseId: 'promise-1' })
  .fact('PROMISE_RESOLVED', { promiseId: 'promise-1', value: 'value-a' }, { promiseId: 'promise-1' })
  .fact('WORKFLOW_COMPLETED');

const endless = new Story('endless-1')
  .fact('WORKFLOW_STARTED')
  .news('WORKFLOW_STARTED')
  .fact('CANCELLATION_REQUESTED', { reason: 'enough' })
  .fact('WORKFLOW_CANCELLED');

const child = { childExecutionId: 'family-2' };
const parent = new Story('family-1')
  .fact('WORKFLOW_STARTED')
  .news('WORKFLOW_STARTED')
  .fact('CHILD_WORKFLOW_INITIATED', child, { childWorkflowId: 'family-2' })
  .fact('CHILD_WORKFLOW_STARTED', child, { childWorkflowId: 'family-2' })
  .fact('CHILD_WORKFLOW_COMPLETED', child, { childWorkflowId: 'family-2' })
  .fact('WORKFLOW_COMPLETED');
const offspring = new Story('family-2', 'family-1')
  .fact('WORKFLOW_STARTED')
  .news('WORKFLOW_STARTED')
  .fact('WORKFLOW_COMPLETED');

const foreign = new Story('notes-2').fact('WORKFLOW_STARTED').news('WORKFLOW_STARTED').fact('WORKFLOW_COMPLETED');

const runs: FamilyRun[] = [
  { root: 'family-1', execution: 'family-1', first: 1, last: 3, rootSeq: 3, epoch: 'f' },
  { root: 'family-1', execution: 'family-2', first: 1, last: 2, rootSeq: 5, epoch: 'f' },
  { root: 'family-1', execution: 'family-1', first: 4, last: 4, rootSeq: 6, epoch: 'f' },
  { root: 'family-1', execution: 'family-2', first: 3, last: 3, rootSeq: 7, epoch: 'f' },
  { root: 'family-1', execution: 'family-1', first: 5, last: 6, rootSeq: 9, epoch: 'f' },
];

function lineOf(frame: Frame, id = `${frame.epoch}.${frame.seq}`): CaptureLine {
  const { executionId, seq, event } = frame;
  const isNews = event.type === 'Event';
  const [name, subject] = [nameOf(frame), subjectOf(frame)];
  return { type: 'entry', id, execution: executionId, seq, name, isNews, subject, digest: digestOf(frame) };
}

function captureOf({ id, frames }: Story, org = OURS): Capture {
  const lines = frames.map((frame) => lineOf(frame));
  return { name: `reader of ${id}`, org, execution: id, isFamily: false, lines, hasEnded: true };
}

function familyCapture(): Capture {
  const framesOf: Record<string, readonly Frame[]> = { 'family-1': parent.frames, 'family-2': offspring.frames };
  const lines = runs.flatMap(({ execution, first, last, rootSeq, epoch }) =>
    (framesOf[execution] ?? []).slice(first - 1, last).map((frame) => {
      const ahead = rootSeq - last;
      return lineOf(frame, `${ahead === 0 ? frame.epoch : epoch}.${frame.seq + ahead}`);
    }),
  );
  return { ...captureOf(parent), name: 'reader of the family', isFamily: true, lines };
}

/** A small run that kept every promise. */
export function soundEvidence(): Draft<Evidence> {
  const stories = [naps, notes, pledge, endless, parent, offspring, foreign];
  const input = (op: string, more: object = {}) => ({ op, ...more });
  const row = (story: Story, kind: string, output: unknown, more: object = {}) => ({
    id: story.id,
    org: story === foreign ? OTHERS : OURS,
    root: story.root,
    parent: story === offspring ? parent.id : undefined,
    kind,
    status: kind === 'endless' ? 'CANCELLED' : 'COMPLETED',
    queue: 'default',
    input: input(story.id, more),
    output,
    head: story.facts.length,
    isClaimed: false,
  });
  const start = (story: Story, kind: string, more: object = {}) => ({
    id: story.id,
    type: 'start' as const,
    org: story === foreign ? OTHERS : OURS,
    kind,
    input: input(story.id, more),
    queue: 'default',
    execution: story.id,
    outcome: 'ok' as const,
    tries: 1,
    status: 201,
  });
  const done = { org: OURS, outcome: 'ok' as const, tries: 1, status: 200 };
  const line = { at: 1, kind: 'speak', task: 'task-1' };
  return structuredClone<Evidence>({
    ops: [
      start(naps, 'naps', { napsMs: [30] }),
      start(notes, 'notes', { notes: 2 }),
      start(pledge, 'pledge'),
      start(endless, 'endless'),
      start(parent, 'family', { children: 1, generations: 1 }),
      start(foreign, 'notes', { notes: 0 }),
      { ...done, id: 'note-a', type: 'signal', execution: 'notes-1' },
      { ...done, id: 'note-b', type: 'signal', execution: 'notes-1', tries: 3 },
      { ...done, id: 'value-a', type: 'resolve', execution: 'pledge-1' },
      { ...done, id: 'value-b', type: 'resolve', execution: 'pledge-1' },
      { ...done, id: 'endless-cancel', type: 'cancel', execution: 'endless-1' },
      { ...done, id: 'look', type: 'look', execution: 'naps-1' },
      { ...done, id: 'spy', type: 'spy', org: OTHERS, execution: 'naps-1', status: 404 },
    ],
    dump: {
      executions: [
        row(naps, 'naps', 30, { napsMs: [30] }),
        row(notes, 'notes', ['note-a', 'note-b'], { notes: 2 }),
        row(pledge, 'pledge', 'value-a'),
        row(endless, 'endless', undefined),
        row(parent, 'family', 2, { children: 1, generations: 1 }),
        row(offspring, 'family', 1, { children: 1, generations: 0 }),
        row(foreign, 'notes', [], { notes: 0 }),
      ],
      facts: stories.flatMap(({ facts }) => facts),
      frames: stories.flatMap(({ frames }) => frames),
      tasks: [
        {
          id: 'task-1',
          execution: 'naps-1',
          org: OURS,
          kind: 'speak',
          queue: 'default',
          status: 'COMPLETED',
          attempts: 2,
          isClaimed: false,
          input: {},
          output: 'naps',
        },
      ],
      attempts: [{ task: 'task-1', attempt: 1, startedAt: 10, finishedAt: 20 }],
      runs,
      families: new Map([['family-1', 9]]),
      keys: [{ org: OURS, key: 'naps-1', target: 'workflow', targetId: 'naps-1' }],
      leftovers: [],
      openWaits: [],
    },
    captures: [
      ...[naps, notes, pledge, endless, parent, offspring].map((story) => captureOf(story)),
      captureOf(foreign, OTHERS),
      familyCapture(),
    ],
    workers: [
      { name: 'w0', org: OURS, queue: 'default' },
      { name: 'w1', org: OURS, queue: 'default' },
      { name: 'w3', org: OURS, queue: 'side' },
    ],
    attempts: [
      { ...line, worker: 'w0.1', attempt: 1, event: 'began' },
      { ...line, worker: 'w0.1', attempt: 1, event: 'failed', said: 6 },
      { ...line, worker: 'w1.1', attempt: 2, event: 'began' },
      { ...line, worker: 'w1.1', attempt: 2, event: 'completed', said: 12 },
    ],
    extent: { minutes: 0, executions: 200, faults: 0, fatalities: [] },
  }) as Draft<Evidence>;
}
