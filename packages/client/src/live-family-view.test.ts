import { type ExecutionId, type FlovynEvent, type Frame, parseExecutionId } from '@flovyn/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cursorOf, executionId, frame, taskId } from '../test/support/log.js';
import type { LiveStreamMessage } from './live-stream-message.js';
import { type FamilyView, emptyFamilyView, foldFamilyView } from './live-family-view.js';
import { emptyLiveView, foldLiveView } from './live-view.js';

const idOf = (text: string): ExecutionId => parseExecutionId(text) ?? executionId;
const child = idOf('018f6b2e-0000-7000-8000-0000000000aa');
const grandchild = idOf('018f6b2e-0000-7000-8000-0000000000bb');

const created = (id: ExecutionId, parent: ExecutionId | null): FlovynEvent => ({
  type: 'Event',
  event: 'WORKFLOW_CREATED',
  data: { id, kind: 'order', status: 'PENDING', workerId: null, error: null, parentWorkflowExecutionId: parent },
  timestampMs: 1,
});
const said = (text: string): FlovynEvent => ({ type: 'token', text });

/** These lines, each numbered in its own execution. */
function lines(...said: readonly (readonly [ExecutionId, FlovynEvent])[]): Frame[] {
  const seqOf = new Map<ExecutionId, number>();
  return said.map(([id, event]) => {
    const seq = (seqOf.get(id) ?? 0) + 1;
    seqOf.set(id, seq);
    return frame(seq, event, { executionId: id });
  });
}

const messageOf = (entry: Frame, index: number): LiveStreamMessage => ({
  kind: 'entry',
  id: `f1.${index + 1}`,
  frame: entry,
});
const fold = (frames: readonly Frame[]): FamilyView => frames.map(messageOf).reduce(foldFamilyView, emptyFamilyView);

describe('the view of a family with a task that is tried again', () => {
  const news = (event: 'TASK_STARTED' | 'TASK_FAILED', executionCount: number): FlovynEvent => {
    const data = { id: taskId, kind: 'llm', maxRetries: 3, workerId: null, executionCount } as const;
    return event === 'TASK_STARTED'
      ? { type: 'Event', event, data: { ...data, status: 'RUNNING', error: null }, timestampMs: 1 }
      : { type: 'Event', event, data: { ...data, status: 'PENDING', error: 'broke' }, timestampMs: 1 };
  };

  it('takes back what the failed attempt of a child said, and nothing of the others', () => {
    const family = lines(
      [executionId, said('kept')],
      [child, news('TASK_STARTED', 1)],
      [child, said('wrong')],
      [child, news('TASK_FAILED', 1)],
      [child, news('TASK_STARTED', 2)],
      [child, said(' late')],
      [executionId, said(' too')],
    );
    const { executions } = fold(family);
    expect(executions.get(executionId)?.tasks.get(taskId)).toMatchObject({ text: 'kept too', failedAttempts: [] });
    expect(executions.get(child)?.tasks.get(taskId)).toMatchObject({
      text: '',
      attempt: 2,
      status: 'RUNNING',
      failedAttempts: [{ attempt: 1, error: 'broke' }],
    });
  });
});

describe('the view of a family', () => {
  const family = lines(
    [executionId, created(executionId, null)],
    [child, created(child, executionId)],
    [child, said('a')],
    [grandchild, created(grandchild, child)],
    [executionId, said('b')],
    [child, said('c')],
  );

  it('shows each execution by itself, and whose child it is', () => {
    const view = fold(family);
    expect([...view.executions.keys()]).toEqual([executionId, child, grandchild]);
    expect(view.parents).toEqual(
      new Map([
        [child, executionId],
        [grandchild, child],
      ]),
    );
    expect(view.executions.get(child)?.tasks.get(taskId)?.text).toBe('ac');
    expect(view.executions.get(executionId)?.tasks.get(taskId)?.text).toBe('b');
    expect(view.asOf).toBe('f1.6');
    expect(view.executions.get(child)?.asOf).toBe('e1.3');
  });

  it('tells all of them how the stream is doing, and later ones when they come', () => {
    const live: LiveStreamMessage = { kind: 'status', status: { state: 'live' } };
    const [first, ...later] = family.map(messageOf);
    if (first === undefined) throw new Error('The family is empty');
    const view = [first, live, ...later].reduce(foldFamilyView, emptyFamilyView);
    expect([...view.executions.values()].map(({ freshness }) => freshness)).toEqual(['live', 'live', 'live']);
    expect(view.freshness).toBe('live');
  });

  it('says what is missing, and begins again where a numbering was lost', () => {
    const gap = (reason: 'expired' | 'epoch'): LiveStreamMessage => ({ kind: 'gap', from: 1, to: 2, reason });
    expect(foldFamilyView(fold(family), gap('expired'))).toMatchObject({ gaps: [{ from: 1, to: 2 }], asOf: 'f1.6' });
    const lost = foldFamilyView(fold(family), gap('epoch'));
    expect(lost.gaps).toHaveLength(1);
    expect(lost.executions.size).toBe(0);
  });

  it('counts what it cannot read, with whom it belongs to where that can be told', () => {
    const { event: _event, ...head } = frame(7, said('x'), { executionId: child });
    const unreadable: LiveStreamMessage = { kind: 'unknown', name: 'NEWER', raw: {}, id: 'f1.7', head };
    const view = foldFamilyView(fold(family), unreadable);
    expect(view).toMatchObject({ undecoded: 1, asOf: 'f1.7' });
    expect(view.executions.get(child)).toMatchObject({ undecoded: 1, asOf: 'e1.7' });
    expect(foldFamilyView(view, { kind: 'malformed', reason: 'x', raw: '' }).undecoded).toBe(2);
  });

  it('is the views of its members, however their lines are mixed', () => {
    const ids = [executionId, child, grandchild];
    const mixed = fc.array(fc.record({ who: fc.constantFrom(...ids), text: fc.string() }), { maxLength: 30 });
    fc.assert(
      fc.property(mixed, (lots) => {
        const frames = lines(...lots.map(({ who, text }) => [who, said(text)] as const));
        const view = fold(frames);
        for (const id of ids) {
          const own = frames.filter((one) => one.executionId === id);
          const alone = own
            .map((one): LiveStreamMessage => ({ kind: 'entry', id: cursorOf(one), frame: one }))
            .reduce(foldLiveView, emptyLiveView);
          expect(view.executions.get(id) ?? emptyLiveView).toEqual(alone);
        }
      }),
    );
  });
});
