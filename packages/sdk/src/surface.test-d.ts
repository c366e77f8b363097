import type { FlovynEvent } from '@flovyn/events';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type ChildWorkflowOptions,
  Duration,
  type FlovynClient,
  type FlovynClientOptions,
  type PromiseOptions,
  type RetryPolicy,
  type StandaloneTaskHandle,
  type StartWorkflowOptions,
  type StreamEvent,
  type StreamEventType,
  type TaskContext,
  type TaskDefinition,
  type TaskHandle,
  type TaskOptions,
  type TaskStream,
  type TaskStreamEvent,
  type WorkerStatus,
  type WorkflowContext,
  type WorkflowDefinition,
  type WorkflowHandle,
  type WorkflowStream,
  task,
  workflow,
} from './index.js';
import { FlovynTestEnvironment, type MockTaskContext, MockWorkflowContext } from './testing/index.js';

// What the types of the package promise to programs that say nothing but their inputs.

interface Order {
  readonly id: string;
  readonly lines: readonly number[];
}

const price = task({ name: 'price', run: async (_ctx, order: Order) => ({ total: order.lines.length }) });
const ship = task({ name: 'ship', run: async () => {} });
const fulfil = workflow({
  name: 'fulfil',
  async run(ctx, order: Order) {
    const { total } = await ctx.schedule(price, order);
    return total > 0 ? 'shipped' : null;
  },
});

declare const ctx: WorkflowContext;
declare const attempt: TaskContext;
declare const client: FlovynClient;

describe('definitions', () => {
  it('have the types of what they run', () => {
    expectTypeOf(price).toEqualTypeOf<TaskDefinition<Order, { total: number }>>();
    expectTypeOf(fulfil).toEqualTypeOf<WorkflowDefinition<Order, 'shipped' | null>>();
    expectTypeOf(ship).toExtend<TaskDefinition<unknown, void>>();
  });

  it('can be said instead', () => {
    const said = workflow<{ a: number }, string>({
      name: 'said',
      run: async (context, input) => {
        expectTypeOf(context).toEqualTypeOf<WorkflowContext>();
        expectTypeOf(input).toEqualTypeOf<{ a: number }>();
        return 'b';
      },
    });
    expectTypeOf(said).toEqualTypeOf<WorkflowDefinition<{ a: number }, string>>();
  });

  it('know their context in hooks and handlers', () => {
    task<Order, number>({
      name: 't',
      run: async () => 1,
      hooks: {
        onSuccess(context, order, output) {
          expectTypeOf(context).toEqualTypeOf<TaskContext>();
          expectTypeOf(order).toEqualTypeOf<Order>();
          expectTypeOf(output).toEqualTypeOf<number>();
        },
        onFailure(_context, _order, error) {
          expectTypeOf(error).toEqualTypeOf<Error>();
        },
      },
    });
    workflow({
      name: 'w',
      run: async () => null,
      handlers: {
        signals: { add: (context, payload: number) => context.set('n', payload) },
        queries: { n: (context) => context.get<number>('n') },
      },
    });
  });

  it('fit where any definition does', () => {
    expectTypeOf<(typeof fulfil)[]>().toExtend<WorkflowDefinition<unknown, unknown>[]>();
    expectTypeOf(client.registerTask).toBeCallableWith(price);
    expectTypeOf(client.registerWorkflow).toBeCallableWith(fulfil);
  });

  it('take what is absent and what is undefined alike', () => {
    expectTypeOf<{ timeout: undefined; queue: undefined; retry: undefined }>().toExtend<TaskOptions>();
    expectTypeOf<{ queue: undefined; prioritySeconds: undefined; name: undefined }>().toExtend<ChildWorkflowOptions>();
    expectTypeOf<{ timeout: undefined; idempotencyKey: undefined }>().toExtend<PromiseOptions>();
    expectTypeOf<{ maxRetries: undefined; initialDelay: undefined }>().toExtend<RetryPolicy>();
    expectTypeOf<{ queue: undefined; idempotencyKey: undefined }>().toExtend<StartWorkflowOptions>();
    expectTypeOf<{ serverUrl: string; orgId: string; apiKey: undefined }>().toExtend<FlovynClientOptions>();
  });
});

describe('in a workflow', () => {
  it('what is scheduled takes its input and gives its output', () => {
    expectTypeOf(ctx.schedule(price, { id: 'o', lines: [] })).toEqualTypeOf<TaskHandle<{ total: number }>>();
    // @ts-expect-error -- an order has lines
    ctx.schedule(price, { id: 'o' });
    expectTypeOf(ctx.scheduleWorkflow(fulfil, { id: 'o', lines: [] })).toEqualTypeOf<
      WorkflowHandle<'shipped' | null>
    >();
    expectTypeOf(ctx.scheduleByName('price', 1)).resolves.toBeUnknown();
    expectTypeOf(ctx.scheduleByName<number>('price', 1)).resolves.toBeNumber();
  });

  it('handles are what they wait for, also in combinators', async () => {
    const handle = ctx.schedule(price, { id: 'o', lines: [] });
    expectTypeOf(await handle).toEqualTypeOf<{ total: number }>();
    expectTypeOf(handle.result()).resolves.toEqualTypeOf<{ total: number }>();
    const child = ctx.scheduleWorkflow(fulfil, { id: 'o', lines: [] });
    expectTypeOf(await Promise.all([handle, child, ctx.sleep(Duration.seconds(1))])).toEqualTypeOf<
      [{ total: number }, 'shipped' | null, void]
    >();
    expectTypeOf(await Promise.race([handle, child])).toEqualTypeOf<{ total: number } | 'shipped' | null>();
  });

  it('values from outside have the type that is said of them', () => {
    expectTypeOf(ctx.promise<boolean>('p')).resolves.toBeBoolean();
    expectTypeOf(ctx.waitForSignal<{ n: number }>('s')).resolves.toEqualTypeOf<{ n: number }>();
    expectTypeOf(ctx.waitForSignal('s')).resolves.toBeUnknown();
    expectTypeOf(ctx.drainSignals<number>('s')).toEqualTypeOf<number[]>();
    expectTypeOf(ctx.get<number>('k')).toEqualTypeOf<number | null>();
    expectTypeOf(ctx.run('now', () => 1)).resolves.toBeNumber();
    expectTypeOf(ctx.run('later', async () => 'a')).resolves.toBeString();
  });
});

describe('in a task', () => {
  it('output has four kinds, told apart by type', () => {
    expectTypeOf<StreamEvent['type']>().toEqualTypeOf<StreamEventType>();
    expectTypeOf<Extract<StreamEvent, { type: 'progress' }>['details']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<StreamEvent>().toExtend<FlovynEvent>();
    expectTypeOf(attempt.stream).toBeCallableWith({ type: 'error', message: 'm', code: 'c' });
    // @ts-expect-error -- not a kind of output
    attempt.stream({ type: 'warning', message: 'm' });
  });
});

describe('a client', () => {
  it('starts with the input of a definition, and gives its output', async () => {
    const order: Order = { id: 'o', lines: [] };
    expectTypeOf(client.startWorkflow(fulfil, order)).resolves.toEqualTypeOf<{
      handle: WorkflowHandle<'shipped' | null>;
    }>();
    expectTypeOf(client.executeWorkflow(fulfil, order)).resolves.toEqualTypeOf<'shipped' | null>();
    // @ts-expect-error -- an order is no number
    void client.executeWorkflow(fulfil, 7);
    expectTypeOf((await client.startTask(price, order)).handle).toEqualTypeOf<
      StandaloneTaskHandle<{ total: number }>
    >();
    expectTypeOf(client.getWorkflowHandle<number>('id')).toEqualTypeOf<WorkflowHandle<number>>();
    expectTypeOf(client.signalWorkflow('id', 's', 1)).resolves.toBeNumber();
    const started = await client.signalWithStartWorkflow(fulfil, 'key', order, 's', 1);
    expectTypeOf(started.workflowHandle).toEqualTypeOf<WorkflowHandle<'shipped' | null>>();
    expectTypeOf(started.workflowCreated).toBeBoolean();
  });

  it('reads streams one event at a time', () => {
    expectTypeOf(client.subscribeWorkflowStream('id')).toEqualTypeOf<WorkflowStream>();
    expectTypeOf(client.subscribeTaskStream('id', 'task')).toEqualTypeOf<TaskStream>();
    expectTypeOf<WorkflowStream>().toExtend<AsyncIterable<TaskStreamEvent>>();
    expectTypeOf<TaskStream>().toExtend<AsyncIterable<StreamEvent>>();
  });

  it('shows how its worker is, told apart by state', () => {
    expectTypeOf<NonNullable<FlovynClient['worker']>['status']>().returns.toEqualTypeOf<WorkerStatus>();
    expectTypeOf<Extract<WorkerStatus, { state: 'stopped' }>['stoppedAt']>().toEqualTypeOf<Date>();
    expectTypeOf<Extract<WorkerStatus, { state: 'paused' }>['reason']>().toBeString();
  });
});

describe('in tests', () => {
  it('mocks are contexts, and take results of the right type', () => {
    expectTypeOf<MockWorkflowContext>().toExtend<WorkflowContext>();
    expectTypeOf<MockTaskContext>().toExtend<TaskContext>();
    const mock = new MockWorkflowContext();
    expectTypeOf(mock.mockTaskResult).toBeCallableWith(price, { total: 1 });
    // @ts-expect-error -- the total is a number
    mock.mockTaskResult(price, { total: 'one' });
    expectTypeOf(new FlovynTestEnvironment().startAndAwait(fulfil, { id: 'o', lines: [] })).resolves.toEqualTypeOf<
      'shipped' | null
    >();
  });
});
