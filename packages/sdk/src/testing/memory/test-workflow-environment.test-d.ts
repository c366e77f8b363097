import { describe, expectTypeOf, it } from 'vitest';
import type { TaskDefinition, WorkflowDefinition, WorkflowHandle } from '../../types.js';
import { TestWorkflowEnvironment } from './test-workflow-environment.js';

declare const order: WorkflowDefinition<{ cents: number }, string>;
declare const charge: TaskDefinition<number, { receipt: string }>;
const environment = new TestWorkflowEnvironment();

describe('TestWorkflowEnvironment', () => {
  it('gives the output of what it runs', () => {
    expectTypeOf(environment.executeWorkflow(order, { cents: 5 })).toEqualTypeOf<Promise<string>>();
    expectTypeOf(environment.executeTask(charge, 5)).toEqualTypeOf<Promise<{ receipt: string }>>();
    expectTypeOf(environment.startWorkflow(order, { cents: 5 })).toEqualTypeOf<
      Promise<{ handle: WorkflowHandle<string> }>
    >();
    expectTypeOf(environment.executeWorkflow('order', 5)).toEqualTypeOf<Promise<unknown>>();
  });

  it('takes the input of what it runs', () => {
    // @ts-expect-error -- the amount is missing
    void environment.executeWorkflow(order, {});
    // @ts-expect-error -- a number is wanted
    void environment.executeTask(charge, 'five');
  });

  it('takes results of the type of the task', () => {
    environment.setTaskResult(charge, { receipt: 'r' }).setTaskResult('charge', 5);
    // @ts-expect-error -- no receipt
    environment.setTaskResult(charge, 5);
    environment.setTaskFailure(charge, 'no', { retryable: true }).setTaskPending(charge);
  });

  it('is chained', () => {
    expectTypeOf(environment.registerTask(charge).registerWorkflow(order)).toEqualTypeOf<TestWorkflowEnvironment>();
  });
});
