import { type FlovynEvent, type Frame, type StateEventPayload, parseExecutionId, suspendType } from '@flovyn/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cursorOf, executionId, frame, taskId, token } from '../test/support/log.js';
import type { LiveStreamMessage, LiveStreamStatus } from './live-stream-message.js';
import { type LiveView, emptyLiveView, foldLiveView } from './live-view.js';

type Name = StateEventPayload['event'];

const workflow = { id: executionId, kind: 'order', workerId: null, error: null, parentWorkflowExecutionId: null };
const task = { id: taskId, kind: 'llm', maxRetries: 3, workerId: null, error: null };

function news<N extends Name>(event: N, data: Extract<StateEventPayload, { event: N }>['data']): FlovynEvent {
  return { type: 'Event', event, data, timestampMs: 1 } as FlovynEvent;
}

const created = news('WORKFLOW_CREATED', { ...workflow, status: 'PENDING' });
const suspended = news('WORKFLOW_SUSPENDED', {
  ...workflow,
  status: 'WAITING',
  suspendType: suspendType.SIGNAL,
  waitingOn: [{ type: suspendType.SIGNAL, name: 'approval' }],
});
const taskCreated = news('TASK_CREATED', { ...task, status: 'PENDING', executionCount: 0 });
const attempt = (executionCount: number) => news('TASK_STARTED', { ...task, status: 'RUNNING', executionCount });
const attemptFailed = (executionCount: number, status: 'PENDING' | 'FAILED') =>
  news('TASK_FAILED', { ...task, status, executionCount, error: 'broke' });

const messageOf = (entry: Frame): LiveStreamMessage => ({ kind: 'entry', id: cursorOf(entry), frame: entry });
const status = (of: LiveStreamStatus): LiveStreamMessage => ({ kind: 'status', status: of });

/** The view after these events, numbered from 1; output is of attempt 1 unless it says otherwise. */
function view(...events: readonly (FlovynEvent | { attempt: number; event: FlovynEvent })[]): LiveView {
  return events
    .map((one, index) =>
      'attempt' in one ? frame(index + 1, one.event, { attempt: one.attempt }) : frame(index + 1, one),
    )
    .reduce((before, entry) => foldLiveView(before, messageOf(entry)), emptyLiveView);
}

const said = (text: string, attempt = 1) => ({ attempt, event: { type: 'token', text } as const });
const onlyTask = ({ tasks }: LiveView) => tasks.get(taskId);

describe('the view of one of a family', () => {
  it('shows nothing of the others, wherever the stream was entered', () => {
    const child = parseExecutionId('018f6b2e-0000-7000-8000-0000000000aa') ?? executionId;
    const others = frame(7, { type: 'token', text: 'of the child' }, { executionId: child });
    const own = token(8, 'its own');
    const seen = [others, own].map(messageOf).reduce(foldLiveView, { ...emptyLiveView, executionId });
    expect(onlyTask(seen)?.text).toBe('its own');
    expect(seen.asOf).toBe('e1.8');
    const lost = foldLiveView(seen, { kind: 'gap', from: 1, to: 2, reason: 'epoch' });
    expect(lost.executionId).toBe(executionId);
  });
});

describe('the view of a workflow', () => {
  it('follows its status, and says what it waits for only while it waits', () => {
    expect(view(created)).toMatchObject({ executionId, status: 'PENDING', asOf: 'e1.1' });
    expect(view(created, suspended)).toMatchObject({
      status: 'WAITING',
      suspendType: 'SUSPEND_TYPE_SIGNAL',
      waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'approval' }],
    });
    const resumed = news('WORKFLOW_RESUMED', { ...workflow, status: 'PENDING' });
    expect(view(created, suspended, resumed)).toMatchObject({
      status: 'PENDING',
      suspendType: undefined,
      waitingOn: [],
    });
  });

  it('keeps why it failed until it is tried again', () => {
    const failed = news('WORKFLOW_FAILED', { ...workflow, status: 'FAILED', error: 'card declined' });
    const retry = news('RETRY_REQUESTED', { targetId: executionId, targetType: 'workflow', attempt: null });
    expect(view(created, failed)).toMatchObject({ status: 'FAILED', error: 'card declined' });
    expect(view(created, failed, retry)).toMatchObject({ status: 'PENDING', error: undefined });
  });

  it('is cancelling once that was asked', () => {
    const asked = news('CANCELLATION_REQUESTED', { workflowExecutionId: executionId, reason: null });
    expect(view(created, asked).status).toBe('CANCELLING');
  });

  it("does not take a child's news for its own", () => {
    const child = parseExecutionId('018f6b2e-0000-7000-8000-0000000000aa') ?? executionId;
    const childDone = news('WORKFLOW_COMPLETED', { ...workflow, id: child, status: 'COMPLETED' });
    const entry = frame(2, childDone, { executionId: child });
    expect(foldLiveView(view(created), messageOf(entry))).toMatchObject({ executionId, status: 'PENDING' });
  });
});

describe('the view of a task', () => {
  it('joins its tokens and follows its progress, data and errors', () => {
    const after = view(
      created,
      taskCreated,
      attempt(1),
      said('Hel'),
      said('lo'),
      { type: 'progress', progress: 0.5, details: 'half' },
      { type: 'data', data: { rows: 3 } },
      { type: 'error', message: 'slow', code: 'SLOW' },
    );
    expect(onlyTask(after)).toEqual({
      id: taskId,
      kind: 'llm',
      status: 'RUNNING',
      attempt: 1,
      maxRetries: 3,
      error: undefined,
      text: 'Hello',
      progress: 0.5,
      progressDetails: 'half',
      errors: [{ message: 'slow', code: 'SLOW' }],
      dataCount: 1,
      failedAttempts: [],
    });
  });

  it('keeps the words of a failed attempt until the next one starts', () => {
    const failed = view(taskCreated, attempt(1), said('wrong'), attemptFailed(1, 'PENDING'));
    expect(onlyTask(failed)).toMatchObject({ status: 'PENDING', error: 'broke', text: 'wrong', attempt: 1 });
  });

  it('takes back the output of a failed attempt when the next one starts', () => {
    const progress = { type: 'progress', progress: 0.9 } as const;
    const after = view(
      taskCreated,
      attempt(1),
      said('wrong'),
      progress,
      attemptFailed(1, 'PENDING'),
      attempt(2),
      said('right', 2),
    );
    expect(onlyTask(after)).toMatchObject({ attempt: 2, text: 'right', progress: undefined, error: undefined });
  });

  it('takes it back also when the start of the next attempt was not seen', () => {
    expect(onlyTask(view(said('wrong', 1), said('right', 2)))).toMatchObject({ attempt: 2, text: 'right' });
  });

  it('does not hear what an attempt says after its successor began', () => {
    expect(onlyTask(view(attempt(1), attempt(2), said('right', 2), said(' wrong', 1)))).toMatchObject({
      text: 'right',
    });
  });

  it('is open again when it is to be retried', () => {
    const retry = news('RETRY_REQUESTED', { targetId: taskId, targetType: 'task', attempt: 2 });
    const after = view(taskCreated, attempt(1), attemptFailed(1, 'FAILED'), retry);
    expect(onlyTask(after)).toMatchObject({ status: 'PENDING', error: undefined, attempt: 1 });
  });

  it('gives its status to the stream of a standalone task', () => {
    const standalone = { ...frame(1, taskCreated), executionId: parseExecutionId(taskId) ?? executionId };
    const failed = { ...frame(2, attemptFailed(1, 'FAILED')), executionId: standalone.executionId };
    const after = [standalone, failed].map(messageOf).reduce(foldLiveView, emptyLiveView);
    expect(after).toMatchObject({ executionId: taskId, status: 'FAILED', error: 'broke' });
  });
});

describe('the view of a task that needs several attempts', () => {
  const progress = { type: 'progress', progress: 0.9, details: 'nearly' } as const;
  const all = (attempt: number, text: string) => [
    said(text, attempt),
    { attempt, event: progress },
    { attempt, event: { type: 'data', data: { rows: attempt } } as const },
    { attempt, event: { type: 'error', message: 'slow' } as const },
  ];
  const none = { text: '', progress: undefined, progressDetails: undefined, errors: [], dataCount: 0 };

  it('takes back all that a failed attempt said, and tells that it failed and why', () => {
    const after = view(taskCreated, attempt(1), ...all(1, 'wrong'), attemptFailed(1, 'PENDING'), attempt(2));
    expect(onlyTask(after)).toMatchObject({
      ...none,
      attempt: 2,
      status: 'RUNNING',
      error: undefined,
      failedAttempts: [{ attempt: 1, error: 'broke' }],
    });
  });

  it('does so by the number of the output alone, when a gap has the news of the new attempt', () => {
    const failed = view(taskCreated, attempt(1), ...all(1, 'wrong'), attemptFailed(1, 'PENDING'));
    const gap = { kind: 'gap', from: 8, to: 8, reason: 'expired' } as const;
    const after = [gap, messageOf(frame(9, said('right').event, { attempt: 2 }))].reduce<LiveView>(
      foldLiveView,
      failed,
    );
    expect(onlyTask(after)).toMatchObject({ ...none, text: 'right', attempt: 2, status: 'RUNNING', error: undefined });
    expect(after.gaps).toEqual([gap]);
  });

  it('and by the end of the new attempt, when the gap has all it said', () => {
    const done = news('TASK_COMPLETED', { ...task, status: 'COMPLETED', executionCount: 2 });
    expect(onlyTask(view(taskCreated, attempt(1), ...all(1, 'wrong'), done))).toMatchObject({ ...none, attempt: 2 });
  });

  it('never shows what an older attempt says late, of whatever sort', () => {
    const after = view(taskCreated, attempt(1), attempt(2), said('right', 2), ...all(1, ' wrong'));
    expect(onlyTask(after)).toMatchObject({ ...none, text: 'right', attempt: 2 });
  });

  it('does not let the news of an older attempt change the newer one', () => {
    const after = view(taskCreated, attempt(1), said('right', 2), attemptFailed(1, 'PENDING'));
    expect(onlyTask(after)).toMatchObject({
      text: 'right',
      attempt: 2,
      status: 'RUNNING',
      error: undefined,
      failedAttempts: [{ attempt: 1, error: 'broke' }],
    });
  });

  it('does the same after the workflow itself was tried again', () => {
    const failed = news('WORKFLOW_FAILED', { ...workflow, status: 'FAILED', error: 'broke' });
    const retry = news('RETRY_REQUESTED', { targetId: executionId, targetType: 'workflow', attempt: null });
    const before = [taskCreated, attempt(1), ...all(1, 'wrong'), attemptFailed(1, 'FAILED')];
    const after = view(created, ...before, failed, retry, attempt(2), said('right', 2), said(' wrong', 1));
    expect(after).toMatchObject({ status: 'PENDING', error: undefined });
    expect(onlyTask(after)).toMatchObject({ ...none, text: 'right', attempt: 2 });
  });

  it('waits for nothing when it is tried again, also where a gap had its failure', () => {
    const retry = news('RETRY_REQUESTED', { targetId: executionId, targetType: 'workflow', attempt: null });
    expect(view(created, suspended, retry)).toMatchObject({ status: 'PENDING', suspendType: undefined, waitingOn: [] });
  });

  it('begins again after a lost epoch, and takes back what only the new log knows to have failed', () => {
    const gap = { kind: 'gap', from: 3, to: 4, reason: 'epoch' } as const;
    const lost = foldLiveView(view(taskCreated, attempt(1), ...all(1, 'lost')), gap);
    const again = [frame(3, attempt(2)), frame(4, said('right').event, { attempt: 2 })].map(messageOf);
    expect(onlyTask(again.reduce(foldLiveView, lost))).toMatchObject({ ...none, text: 'right', attempt: 2 });
  });
});

describe('any stream of attempts', () => {
  interface Try {
    readonly words: readonly string[];
    /** What it still says after its successor began. */
    readonly late: readonly string[];
  }
  const tries = fc.array(fc.record({ words: fc.array(fc.string()), late: fc.array(fc.string()) }), {
    minLength: 1,
    maxLength: 5,
  });

  /** The log of a task that fails in all but its last try; the news come in any order with what is late. */
  function logOf(all: readonly Try[], parts: Partial<Frame>): Frame[] {
    const events: [FlovynEvent, number][] = [[taskCreated, 0]];
    for (const [index, { words }] of all.entries()) {
      const number = index + 1;
      events.push([attempt(number), number]);
      const lateOnes = (all[index - 1]?.late ?? []).map((text) => [said(text).event, index] as [FlovynEvent, number]);
      events.push(...lateOnes);
      for (const [at, text] of words.entries()) {
        events.push([said(text).event, number], [{ type: 'progress', progress: at / 10 }, number]);
      }
      if (number < all.length) events.push([attemptFailed(number, 'PENDING'), number]);
    }
    return events.map(([event, number], index) =>
      frame(index + 1, event, event.type === 'Event' ? parts : { ...parts, attempt: number }),
    );
  }

  const own = parseExecutionId(taskId) ?? executionId;

  it.each([
    ['a task of a workflow', {}],
    ['a standalone task', { executionId: own, rootExecutionId: own }],
  ])('shows what the last attempt of %s said, wherever it is cut and resumed', (_what, parts) => {
    fc.assert(
      fc.property(tries, fc.nat(), (all, place) => {
        const log = logOf(all, parts);
        const whole = log.map(messageOf).reduce(foldLiveView, emptyLiveView);
        expect(onlyTask(whole)).toMatchObject({
          attempt: all.length,
          text: all.at(-1)?.words.join(''),
          failedAttempts: all.slice(1).map((_, index) => ({ attempt: index + 1, error: 'broke' })),
        });
        const cut = place % (log.length + 1);
        const before = log.slice(0, cut).map(messageOf).reduce(foldLiveView, emptyLiveView);
        const error = new Error('away') as never;
        const away = [status({ state: 'waiting', retryInMs: 1, error }), status({ state: 'connecting' })];
        const after = [...away, ...log.slice(cut).map(messageOf)].reduce(foldLiveView, before);
        expect({ ...after, freshness: whole.freshness }).toEqual(whole);
      }),
    );
  });

  it('shows the same output read from where the last attempt began, as a page does that was loaded anew', () => {
    fc.assert(
      fc.property(tries, (all) => {
        const log = logOf(all, {});
        const began = log.findLastIndex(({ event }) => event.type === 'Event' && event.event === 'TASK_STARTED');
        const whole = onlyTask(log.map(messageOf).reduce(foldLiveView, emptyLiveView));
        const rest = onlyTask(log.slice(began).map(messageOf).reduce(foldLiveView, emptyLiveView));
        expect({ ...rest, failedAttempts: whole?.failedAttempts }).toEqual(whole);
      }),
    );
  });

  it('leaves no word of a failed attempt, whatever a gap takes', () => {
    fc.assert(
      fc.property(tries, fc.nat(), fc.nat(), (all, one, other) => {
        const log = logOf(all, {});
        const [from, to] = [one % (log.length + 1), other % (log.length + 1)].toSorted((a, b) => a - b);
        const gap = { kind: 'gap', from: (from ?? 0) + 1, to: to ?? 0, reason: 'expired' } as const;
        const messages = [...log.slice(0, from).map(messageOf), gap, ...log.slice(to).map(messageOf)];
        const seen = onlyTask(messages.reduce<LiveView>(foldLiveView, emptyLiveView));
        const kept = log.filter(({ seq, attempt }) => (seq < gap.from || seq > gap.to) && attempt === seen?.attempt);
        const words = kept.map(({ event }) => (event.type === 'token' ? event.text : ''));
        expect(seen?.text ?? '').toBe(words.join(''));
      }),
    );
  });
});

describe('the trust in a view', () => {
  it('is as fresh as its stream', () => {
    const error = new Error('away') as never;
    const states: readonly [LiveStreamStatus, LiveView['freshness']][] = [
      [{ state: 'connecting' }, 'catching-up'],
      [{ state: 'catching-up', head: 3 }, 'catching-up'],
      [{ state: 'live' }, 'live'],
      [{ state: 'waiting', retryInMs: 1, error }, 'stale'],
      [{ state: 'connecting' }, 'stale'],
      [{ state: 'live' }, 'live'],
      [{ state: 'ended', executionStatus: 'COMPLETED' }, 'ended'],
    ];
    let now = emptyLiveView;
    for (const [state, freshness] of states) {
      now = foldLiveView(now, status(state));
      expect(now.freshness, state.state).toBe(freshness);
    }
  });

  it('counts what could not be read and remembers what is missing', () => {
    const gap = { kind: 'gap', from: 2, to: 5, reason: 'expired' } as const;
    const unknown = { kind: 'unknown', name: 'NEW', raw: {}, id: 'e1.6' } as const;
    const after = [messageOf(token(1)), gap, unknown].reduce<LiveView>(foldLiveView, emptyLiveView);
    expect(after).toMatchObject({ gaps: [gap], undecoded: 1, asOf: 'e1.6' });
    expect(onlyTask(after)?.text).toBe('token 1');
  });

  it('starts again when the numbering it was built on is lost', () => {
    const gap = { kind: 'gap', from: 1, to: 1, reason: 'epoch' } as const;
    const after = foldLiveView(view(created, taskCreated, said('lost')), gap);
    expect(after).toEqual({ ...emptyLiveView, executionId, gaps: [gap] });
  });

  it('never changes a view that was given away, and is the same however the messages were cut', () => {
    const events = fc.constantFrom(
      created,
      suspended,
      taskCreated,
      attempt(1),
      attempt(2),
      attemptFailed(1, 'PENDING'),
    );
    const output = fc.record({ attempt: fc.integer({ min: 1, max: 3 }), text: fc.string() });
    const entry = fc.oneof(
      events,
      output.map(({ attempt, text }) => said(text, attempt)),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), fc.nat(30), (all, cut) => {
        const before = view(...all.slice(0, cut));
        const copy = structuredClone(before);
        const rest = all.slice(cut).map((one, index) => {
          const seq = Math.min(cut, all.length) + index + 1;
          return messageOf('attempt' in one ? frame(seq, one.event, { attempt: one.attempt }) : frame(seq, one));
        });
        expect(rest.reduce(foldLiveView, before)).toEqual(view(...all));
        expect(before).toEqual(copy);
      }),
    );
  });
});
