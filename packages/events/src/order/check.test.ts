import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Frame } from '../envelope.js';
import { arbitraries } from '../testing/arbitraries.js';
import { SAMPLE_TASK, type Trace, frameAt, taskFrames, taskTrace, trace, workflowFrames } from '../testing/trace.js';
import { assertLegal, checkLegal, createOrderChecker } from './check.js';

const generate = arbitraries(fc);
const token = { type: 'token', text: 'x' } as const;

/** The rules the last frame breaks; those before it must be legal. */
function broken({ frames }: Trace, options = {}): string[] {
  const last = frames.at(-1);
  const violations = checkLegal(frames, options);
  expect(violations.filter(({ seq }) => seq !== last?.seq)).toEqual([]);
  return violations.map(({ rule }) => rule);
}

const created = () => trace().news('WORKFLOW_CREATED');
const started = () => created().news('WORKFLOW_STARTED');
const suspended = () => started().news('WORKFLOW_SUSPENDED');
const failed = () => started().news('WORKFLOW_FAILED');
const attempt = (executionCount: number) => ({ executionCount });
const running = () => started().news('TASK_CREATED').news('TASK_STARTED', attempt(1));

describe('legal streams', () => {
  it('the sample streams are legal', () => {
    assertLegal(workflowFrames());
    assertLegal(taskFrames());
  });

  it('every random workflow is legal, and from any point on', () => {
    fc.assert(
      fc.property(generate.workflowFrames, fc.nat(), (frames, start) => {
        expect(checkLegal(frames)).toEqual([]);
        expect(checkLegal(frames.slice(start % frames.length), { midStream: true })).toEqual([]);
      }),
    );
  });

  it('every random standalone task is legal, and from any point on', () => {
    fc.assert(
      fc.property(generate.standaloneTaskFrames, fc.nat(), (frames, start) => {
        expect(checkLegal(frames)).toEqual([]);
        expect(checkLegal(frames.slice(start % frames.length), { midStream: true })).toEqual([]);
      }),
    );
  });

  it('a standalone task that is followed from its reopening on is known as one', () => {
    const reopened = taskTrace()
      .news('RETRY_REQUESTED', { targetType: 'task' })
      .news('TASK_FAILED', { status: 'FAILED' })
      .news('RETRY_REQUESTED', { targetType: 'task' })
      .news('TASK_CANCELLED');
    expect(checkLegal(reopened.frames, { midStream: true })).toEqual([]);
  });

  it('frames of several executions may be mixed, each with its own numbers', () => {
    const one = workflowFrames();
    const two = taskFrames();
    assertLegal(one.flatMap((frame, index) => [frame, two[index]]).filter((frame) => frame !== undefined));
  });

  it('a task may end without ever starting', () => {
    expect(broken(started().news('TASK_CREATED').news('TASK_CANCELLED'))).toEqual([]);
    expect(broken(started().news('TASK_CREATED').news('TASK_FAILED', { status: 'FAILED' }))).toEqual([]);
  });

  it('a retry reopens a failed execution, and one that never started may start then', () => {
    expect(broken(failed().news('RETRY_REQUESTED').news('WORKFLOW_COMPLETED'))).toEqual([]);
    expect(broken(created().news('WORKFLOW_FAILED').news('RETRY_REQUESTED').news('WORKFLOW_STARTED'))).toEqual([]);
  });

  it('what went on unseen while an execution had failed is taken as it comes after the retry', () => {
    const reopened = running().news('WORKFLOW_FAILED').news('RETRY_REQUESTED');
    expect(broken(reopened.news('TASK_STARTED', attempt(3)).output(token, SAMPLE_TASK, 3))).toEqual([]);
    // A wish says nothing about where a child is.
    const parent = started().news('CHILD_WORKFLOW_INITIATED').news('WORKFLOW_FAILED').news('RETRY_REQUESTED');
    const asked = parent.news('CHILD_WORKFLOW_CANCELLATION_REQUESTED');
    expect(broken(asked.news('CHILD_WORKFLOW_COMPLETED'))).toEqual([]);
  });

  it('a retry reopens a failed standalone task', () => {
    const task = taskTrace().news('TASK_CREATED').news('TASK_STARTED').news('TASK_FAILED', { status: 'FAILED' });
    const retried = task.news('RETRY_REQUESTED', { targetType: 'task' });
    expect(broken(retried.news('TASK_STARTED', attempt(2)))).toEqual([]);
  });
});

describe('illegal streams', () => {
  it.each<[string, Trace, string[]]>([
    ['a stream begins with its creation', trace().news('WORKFLOW_STARTED'), ['first', 'lifecycle']],
    ['STARTED comes once', started().news('WORKFLOW_STARTED'), ['lifecycle']],
    ['CREATED comes once', created().news('WORKFLOW_CREATED'), ['lifecycle']],
    ['a suspended execution is resumed before it starts again', suspended().news('WORKFLOW_STARTED'), ['lifecycle']],
    ['a suspended execution cannot complete', suspended().news('WORKFLOW_COMPLETED'), ['lifecycle']],
    ['only a suspended execution is resumed', started().news('WORKFLOW_RESUMED'), ['lifecycle']],
    ['an execution that never started cannot be suspended', created().news('WORKFLOW_SUSPENDED'), ['lifecycle']],
    ['nothing follows the end', started().news('WORKFLOW_COMPLETED').news('STATE_SET'), ['terminal']],
    ['no output follows the end', running().news('WORKFLOW_FAILED').output(token), ['terminal']],
    [
      'a completed execution is not retried',
      started().news('WORKFLOW_COMPLETED').news('RETRY_REQUESTED'),
      ['lifecycle'],
    ],
    ['a running execution is not retried', started().news('RETRY_REQUESTED'), ['lifecycle']],
    ['a retry does not start again', failed().news('RETRY_REQUESTED').news('WORKFLOW_STARTED'), ['lifecycle']],
    ['a task is created before it starts', started().news('TASK_STARTED', attempt(1)), ['lifecycle']],
    ['a task is created once', started().news('TASK_CREATED').news('TASK_CREATED'), ['lifecycle']],
    ['a task ends once', running().news('TASK_COMPLETED').news('TASK_CANCELLED'), ['lifecycle']],
    [
      'a task that is not running cannot complete',
      started().news('TASK_CREATED').news('TASK_COMPLETED'),
      ['lifecycle'],
    ],
    [
      'a task that is not running has no attempt to fail',
      started().news('TASK_CREATED').news('TASK_FAILED', { status: 'PENDING' }),
      ['lifecycle'],
    ],
    ['an attempt ends before the next one', running().news('TASK_STARTED', attempt(2)), ['lifecycle']],
    ['attempts are numbered one by one', started().news('TASK_CREATED').news('TASK_STARTED', attempt(2)), ['attempt']],
    ['output needs a running attempt', started().news('TASK_CREATED').output(token), ['output']],
    ['output is of the running attempt', running().output(token, SAMPLE_TASK, 2), ['output']],
    ['output ends with its attempt', running().news('TASK_COMPLETED').output(token), ['output']],
    [
      'output waits for the next attempt',
      running()
        .news('TASK_FAILED', { ...attempt(1), status: 'PENDING' })
        .output(token),
      ['output'],
    ],
    [
      'a failed task completes only after a retry',
      running()
        .news('TASK_FAILED', { ...attempt(1), status: 'FAILED' })
        .news('TASK_COMPLETED', attempt(1)),
      ['lifecycle'],
    ],
    ['a timer fires once', started().news('TIMER_STARTED').news('TIMER_FIRED').news('TIMER_CANCELLED'), ['lifecycle']],
    ['a timer is set before it fires', started().news('TIMER_FIRED'), ['lifecycle']],
    [
      'a promise is settled once',
      started().news('PROMISE_CREATED').news('PROMISE_REJECTED').news('PROMISE_RESOLVED'),
      ['lifecycle'],
    ],
    [
      'a child starts before it completes',
      started().news('CHILD_WORKFLOW_INITIATED').news('CHILD_WORKFLOW_COMPLETED'),
      ['lifecycle'],
    ],
    [
      'a stream tells of its own execution',
      started().news('WORKFLOW_SUSPENDED', { id: '018f6b2e-0000-7000-8000-000000000009' }),
      ['subject'],
    ],
    ['a stream is reopened itself', failed().news('RETRY_REQUESTED', { targetId: SAMPLE_TASK }), ['subject']],
    ['a standalone task has no timers', taskTrace().news('TASK_CREATED').news('TIMER_STARTED'), ['subject']],
    ['numbers begin at 1', trace().epoch('e1', 1).news('WORKFLOW_CREATED'), ['seq']],
    ['numbers have no holes', created().epoch('e1', 2).news('WORKFLOW_STARTED'), ['seq']],
    ['a new epoch goes on at most one further', created().epoch('e2', 2).news('WORKFLOW_STARTED'), ['seq']],
    [
      'an epoch does not come back',
      created().epoch('e2').news('WORKFLOW_STARTED').epoch('e1').news('WORKFLOW_SUSPENDED'),
      ['epoch'],
    ],
  ])('%s', (_, frames, rules) => {
    expect(broken(frames)).toEqual(rules);
  });

  it('output says which task and which attempt made it', () => {
    const { frames } = running().output(token);
    const { taskExecutionId, attempt: _, ...bare } = frameAt(frames, -1);
    expect(checkLegal([...frames.slice(0, -1), bare]).map(({ rule }) => rule)).toEqual(['output']);
    const untold: Frame = { ...bare, taskExecutionId };
    expect(checkLegal([...frames.slice(0, -1), untold]).map(({ rule }) => rule)).toEqual(['attempt']);
  });

  it('what was not known is known after one word of it', () => {
    const late = trace().news('TASK_STARTED', attempt(1)).news('TASK_STARTED', attempt(2));
    expect(broken(late, { midStream: true })).toEqual(['lifecycle']);
  });

  it('one mistake is reported once', () => {
    const { frames } = started().news('WORKFLOW_RESUMED').news('WORKFLOW_SUSPENDED').news('WORKFLOW_RESUMED');
    expect(checkLegal(frames)).toHaveLength(1);
  });

  it('a violation names the pair', () => {
    expect(() => assertLegal(suspended().news('WORKFLOW_COMPLETED').frames)).toThrow(
      '[lifecycle] 018f6b2e-0000-7000-8000-000000000001 e1.4 WORKFLOW_COMPLETED: ' +
        'it cannot follow WORKFLOW_SUSPENDED (after WORKFLOW_SUSPENDED at 3)',
    );
  });

  it('removing, repeating or swapping a frame of a random stream is noticed', () => {
    fc.assert(
      fc.property(
        generate.workflowFrames,
        fc.nat(),
        fc.constantFrom('remove', 'repeat', 'swap'),
        (frames, at, fault) => {
          fc.pre(frames.length > 2);
          const index = at % (frames.length - 1);
          const [one, two] = [frameAt(frames, index), frameAt(frames, index + 1)];
          const wrong = fault === 'remove' ? [two] : fault === 'repeat' ? [one, one, two] : [two, one];
          expect(checkLegal([...frames.slice(0, index), ...wrong, ...frames.slice(index + 2)])).not.toEqual([]);
        },
      ),
    );
  });
});

describe('streams with declared gaps', () => {
  const { frames: all } = running().output(token).output(token);
  const id = frameAt(all, 0).executionId;

  it('the numbering goes on where the gap ends, and what it said is not judged', () => {
    const checker = createOrderChecker();
    checker.gap(id, { from: 1, to: 3, reason: 'expired' });
    expect(all.slice(3).flatMap((frame) => checker.next(frame))).toEqual([]);
  });

  it('a hole that is larger than the gap is noticed', () => {
    const checker = createOrderChecker();
    checker.gap(id, { from: 1, to: 3, reason: 'expired' });
    expect(checker.next(frameAt(all, 4)).map(({ rule }) => rule)).toEqual(['seq']);
  });

  it('after a lost numbering it goes on anywhere, and states are kept', () => {
    const checker = createOrderChecker();
    const { frames } = running().output(token).output(token);
    for (const frame of frames) expect(checker.next(frame)).toEqual([]);
    checker.gap(id, { from: 6, to: 9, reason: 'epoch' });
    const again = trace().epoch('e2', 5).news('TASK_COMPLETED').news('TASK_COMPLETED').frames;
    expect(again.flatMap((frame) => checker.next(frame)).map(({ seq, rule }) => [seq, rule])).toEqual([
      [7, 'lifecycle'],
    ]);
  });
});
