import { describe, expect, it } from 'vitest';

import {
  endsExecution,
  isCancellationEvent,
  isChildWorkflowEvent,
  isOperationEvent,
  isPromiseEvent,
  isRetryEvent,
  isStateEvent,
  isStateKeyEvent,
  isStreamEvent,
  isTaskEvent,
  isTerminal,
  isTimerEvent,
  isWorkflowEvent,
} from './guards.js';
import { lifecycleName } from './lifecycle.js';
import { byEntity, match, matchPartial } from './match.js';
import { stateEventEntity } from './names.js';
import { sampleEvent, sampleStateEvents, sampleStreamEvents } from './testing/samples.js';
import { taskFrames, workflowFrames } from './testing/trace.js';
import type { FlovynEvent } from './types.js';

const all: FlovynEvent[] = [...sampleStateEvents(), ...sampleStreamEvents()];

describe('matching', () => {
  it('calls the handler of the event, with the event', () => {
    const { TASK_CREATED, TASK_STARTED } = {
      TASK_CREATED: sampleEvent('TASK_CREATED'),
      TASK_STARTED: sampleEvent('TASK_STARTED'),
    };
    for (const event of [TASK_CREATED, TASK_STARTED]) {
      expect(match(event, { TASK_CREATED: (e) => [1, e], TASK_STARTED: (e) => [2, e] })).toEqual([
        event === TASK_CREATED ? 1 : 2,
        event,
      ]);
    }
  });

  it('a partial match gives the rest to `otherwise`', () => {
    const seen = all.map((event) =>
      matchPartial(event, { token: ({ text }) => text, WORKFLOW_FAILED: ({ data }) => data.error }, ({ type }) => type),
    );
    expect(new Set(seen)).toEqual(new Set(['Hello', 'card declined', 'Event', 'progress', 'data', 'error']));
  });

  it('by entity, every event is about what the registry says', () => {
    const own = (event: FlovynEvent) => (event.type === 'Event' ? stateEventEntity[event.event] : 'stream');
    for (const event of all) {
      expect(
        byEntity(event, {
          workflow: () => 'workflow',
          task: () => 'task',
          timer: () => 'timer',
          promise: () => 'promise',
          childWorkflow: () => 'childWorkflow',
          operation: () => 'operation',
          cancellation: () => 'cancellation',
          state: () => 'state',
          retry: () => 'retry',
          stream: () => 'stream',
        }),
      ).toBe(own(event));
    }
  });
});

describe('guards', () => {
  it('each event passes exactly one', () => {
    const guards = {
      workflow: isWorkflowEvent,
      task: isTaskEvent,
      timer: isTimerEvent,
      promise: isPromiseEvent,
      childWorkflow: isChildWorkflowEvent,
      operation: isOperationEvent,
      cancellation: isCancellationEvent,
      state: isStateKeyEvent,
      retry: isRetryEvent,
      stream: isStreamEvent,
    };
    for (const event of all) {
      const passed = Object.entries(guards).flatMap(([entity, is]) => (is(event) ? [entity] : []));
      expect(passed).toEqual([event.type === 'Event' ? stateEventEntity[event.event] : 'stream']);
      expect(isStateEvent(event)).toBe(!isStreamEvent(event));
    }
  });

  it('knows the ends', () => {
    expect(all.filter(isTerminal).map((event) => (event.type === 'Event' ? event.event : event.type))).toEqual([
      'WORKFLOW_COMPLETED',
      'WORKFLOW_FAILED',
      'WORKFLOW_CANCELLED',
      'TASK_COMPLETED',
      'TASK_CANCELLED',
      'TIMER_FIRED',
      'TIMER_CANCELLED',
      'PROMISE_RESOLVED',
      'PROMISE_REJECTED',
      'CHILD_WORKFLOW_COMPLETED',
      'CHILD_WORKFLOW_FAILED',
      'OPERATION_COMPLETED',
    ]);
  });

  it('a failed attempt is the end of its task only when none follows', () => {
    const event = sampleEvent('TASK_FAILED');
    expect(isTerminal({ ...event, data: { ...event.data, status: 'PENDING' } })).toBe(false);
    expect(isTerminal({ ...event, data: { ...event.data, status: 'FAILED' } })).toBe(true);
  });

  it('the end of a task is not the end of its workflow, but of a task that stands alone', () => {
    expect(workflowFrames().filter(endsExecution)).toEqual(workflowFrames().slice(-1));
    expect(taskFrames().filter(endsExecution)).toEqual(taskFrames().slice(-1));
  });
});

describe('lifecycleName', () => {
  it.each([
    ['WORKFLOW_STARTED', 'workflow.started'],
    ['TASK_FAILED', 'task.failed'],
    ['CHILD_WORKFLOW_CANCELLATION_REQUESTED', 'child_workflow.cancellation_requested'],
    ['CANCELLATION_REQUESTED', 'cancellation.requested'],
    ['STATE_CLEARED', 'state.cleared'],
    ['RETRY_REQUESTED', 'retry.requested'],
  ] as const)('%s is %s', (name, dotted) => {
    expect(lifecycleName(sampleEvent(name))).toBe(dotted);
  });

  it('gives every event its own name', () => {
    const names = [...sampleStateEvents(), { type: 'progress', progress: 1 } as const].map(lifecycleName);
    expect(new Set(names).size).toBe(names.length);
    expect(names.at(-1)).toBe('task.progress');
  });
});
