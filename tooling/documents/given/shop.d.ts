// What the examples of docs/reference take for granted; the front page of the reference says the same in words.
import type { FlovynClient, TaskDefinition, WorkerHandle, WorkflowContext, WorkflowDefinition } from '@flovyn/sdk';
import type { TestWorkflowEnvironment } from '@flovyn/sdk/testing';

declare global {
  interface Order {
    readonly id: string;
    readonly cents: number;
  }
  interface Receipt {
    readonly number: string;
  }
  const ctx: WorkflowContext;
  const client: FlovynClient;
  const worker: WorkerHandle;
  const environment: TestWorkflowEnvironment;
  const chargeCard: TaskDefinition<Order, Receipt>;
  const orderWorkflow: WorkflowDefinition<Order, Receipt>;
  const order: Order;
}
