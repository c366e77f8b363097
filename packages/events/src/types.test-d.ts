import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';

import {
  type DecodedFrame,
  type ExecutionId,
  type FlovynEvent,
  type Frame,
  type StateEventName,
  type StateEventPayload,
  type StreamEvent,
  type StreamEventType,
  type StreamInput,
  type StreamOutput,
  type StreamReading,
  type TaskId,
  type TaskSnapshot,
  type WaitingOn,
  type WorkflowSnapshot,
  type Written,
  byEntity,
  decode,
  defineStream,
  isTaskEvent,
  match,
  matchPartial,
  parseExecutionId,
  readStream,
} from './index.js';
import { streamSubject } from './nats/index.js';

declare const event: FlovynEvent;
declare const output: StreamEvent;
declare const task: TaskId;
declare const news: StateEventPayload;
declare const timer: StateEventPayload<'TIMER_STARTED' | 'TIMER_FIRED' | 'TIMER_CANCELLED'>;

describe('payloads', () => {
  it('are narrowed by their name', () => {
    expectTypeOf<StateEventPayload<'TIMER_STARTED'>['data']['fireAtMs']>().toEqualTypeOf<number>();
    expectTypeOf<StateEventPayload<'TIMER_FIRED'>['data']['fireAtMs']>().toEqualTypeOf<number | null>();
    expectTypeOf<StateEventPayload<'WORKFLOW_FAILED'>['data']['error']>().toEqualTypeOf<string>();
    expectTypeOf<StateEventPayload<'WORKFLOW_CREATED'>['data']['error']>().toEqualTypeOf<string | null>();
    expectTypeOf<StateEventPayload<'STATE_SET'>['data']['value']>().toEqualTypeOf<string>();
    expectTypeOf<StateEventPayload<'WORKFLOW_CREATED'>['data']>().not.toHaveProperty('suspendType');
    if (news.event === 'TASK_FAILED') expectTypeOf(news.data.error).toEqualTypeOf<string>();
  });

  it('fit the snapshot of their entity', () => {
    expectTypeOf<StateEventPayload<'TASK_FAILED'>['data']>().toExtend<TaskSnapshot>();
    expectTypeOf<StateEventPayload<'WORKFLOW_SUSPENDED'>['data']>().toExtend<WorkflowSnapshot>();
    expectTypeOf<StateEventPayload<'WORKFLOW_SUSPENDED'>['data']['waitingOn'][number]>().toExtend<
      Omit<WaitingOn, 'type'>
    >();
  });

  it('cannot be put together wrongly', () => {
    const base = { type: 'Event', timestampMs: 0 } as const;
    // @ts-expect-error a key is not a state of a timer
    const wrong: StateEventPayload = { ...base, event: 'TIMER_FIRED', data: { key: 'a', value: null } };
    // @ts-expect-error a failure has a reason
    const silent: StateEventPayload = {
      ...base,
      event: 'PROMISE_REJECTED',
      data: { promiseId: 'p', result: null, error: null },
    };
    // @ts-expect-error there is no such event
    const none: StateEventPayload = { ...base, event: 'TIMER_EXPLODED', data: { timerId: 't', fireAtMs: null } };
    expectTypeOf([wrong, silent, none]).toExtend<StateEventPayload[]>();
  });

  it('of a writer have no UNRECOGNIZED', () => {
    expectTypeOf<'UNRECOGNIZED'>().toExtend<StateEventPayload<'TASK_CREATED'>['data']['status']>();
    expectTypeOf<'UNRECOGNIZED'>().not.toExtend<Written<StateEventPayload<'TASK_CREATED'>>['data']['status']>();
    expectTypeOf<Written<StateEventPayload>>().toExtend<StateEventPayload>();
  });

  it('make one union', () => {
    expectTypeOf<FlovynEvent>().toEqualTypeOf<StateEventPayload | StreamEvent>();
    expectTypeOf<StreamEvent['type']>().toEqualTypeOf<StreamEventType>();
    expectTypeOf<StateEventPayload['event']>().toEqualTypeOf<StateEventName>();
  });
});

describe('match', () => {
  const handlers = { TIMER_STARTED: () => 1, TIMER_FIRED: () => 2, TIMER_CANCELLED: () => 3 };

  it('gives each handler its own event', () => {
    const due = match(timer, { ...handlers, TIMER_STARTED: ({ data }) => data.fireAtMs });
    expectTypeOf(due).toEqualTypeOf<number>();
    expectTypeOf(match(timer, { ...handlers, TIMER_FIRED: () => 'fired' })).toEqualTypeOf<number | string>();
    // @ts-expect-error a fired timer may not say when it was due
    match(timer, { ...handlers, TIMER_FIRED: ({ data }) => data.fireAtMs.toFixed() });
  });

  it('misses a handler that is not there', () => {
    // @ts-expect-error TIMER_CANCELLED has no handler
    match(timer, { TIMER_STARTED: () => 1, TIMER_FIRED: () => 2 });
    // @ts-expect-error nearly everything has no handler
    match(event, { token: () => 1 });
  });

  it('notices a handler that is misspelt', () => {
    // @ts-expect-error TIMER_FIERD
    match(timer, { TIMER_STARTED: () => 1, TIMER_FIRED: () => 2, TIMER_CANCELLED: () => 3, TIMER_FIERD: () => 4 });
    // @ts-expect-error TOKEN
    matchPartial(event, { TOKEN: () => 1 }, () => 2);
  });

  it('a partial one needs somewhere for the rest to go', () => {
    // @ts-expect-error there is no `otherwise`
    matchPartial(event, { token: () => 1 });
  });

  it('by entity has a handler for every entity the event can be about', () => {
    byEntity(timer, { timer: (given) => expectTypeOf(given).toEqualTypeOf<typeof timer>() });
    byEntity(output, {
      stream: (given) => expectTypeOf(given).toEqualTypeOf<StreamEvent>(),
    });
    // @ts-expect-error it can be about much else
    byEntity(news, { timer: () => 1 });
  });
});

describe('reading', () => {
  it('reaches the event only after looking whether there is one', () => {
    const decoded = decode({});
    // @ts-expect-error it may not be there
    void decoded.event;
    if (decoded.ok) expectTypeOf(decoded.event).toEqualTypeOf<FlovynEvent>();
    else expectTypeOf(decoded.kind).toEqualTypeOf<'unknown' | 'invalid' | 'malformed'>();
    expectTypeOf<Extract<DecodedFrame, { ok: true }>['frame']>().toEqualTypeOf<Frame>();
  });

  it('guards narrow', () => {
    if (isTaskEvent(event)) expectTypeOf(event.data.executionCount).toEqualTypeOf<number>();
  });
});

describe('ids', () => {
  it('come from parsing alone', () => {
    expectTypeOf(parseExecutionId('x')).toEqualTypeOf<ExecutionId | undefined>();
    // @ts-expect-error any text is not an id
    streamSubject('');
    // @ts-expect-error a task's id is not its stream's, unless someone says that it stands alone
    streamSubject(task);
  });
});

describe('a stream of the user', () => {
  const days = defineStream({
    name: 'days',
    schema: z.pipe(
      z.string(),
      z.transform((text) => new Date(text)),
    ),
  });

  it('is written with what its schema takes, and read with what it makes of that', () => {
    expectTypeOf(days.name).toEqualTypeOf<'days'>();
    expectTypeOf<StreamInput<typeof days>>().toEqualTypeOf<string>();
    expectTypeOf<StreamOutput<typeof days>>().toEqualTypeOf<Date>();
    expectTypeOf(readStream(days, event)).toEqualTypeOf<StreamReading<Date> | undefined>();
  });
});
