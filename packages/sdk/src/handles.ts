import type { ExecutionEnded } from '@flovyn/protocol/grpc';
import { fromJsonBytes } from '@flovyn/protocol/grpc';
import { FlovynError, NotFoundError, WorkflowCancelled, WorkflowFailed } from './errors.js';
import { deserialize } from './serde.js';
import type { WorkflowHandle } from './types.js';

/** What a handle asks of its client. */
export interface ExecutionAccess {
  awaitResult(workflowId: string): Promise<ExecutionEnded>;
  signal(workflowId: string, name: string, payload: unknown): Promise<number>;
  query<T>(workflowId: string, name: string, args: unknown): Promise<T>;
  cancel(workflowId: string, reason: string | undefined): Promise<void>;
}

/** An execution, seen from a client: what `client.startWorkflow` and `client.getWorkflowHandle` give. */
export class WorkflowHandleImpl<O = unknown> implements WorkflowHandle<O> {
  readonly workflowId: string;
  readonly #access: ExecutionAccess;
  #result: Promise<O> | undefined;

  /** @internal */
  constructor(access: ExecutionAccess, workflowId: string) {
    this.#access = access;
    this.workflowId = workflowId;
  }

  result(): Promise<O> {
    if (this.#result === undefined) {
      this.#result = this.#awaitResult();
      // A result nobody looks at is not an unhandled rejection.
      this.#result.catch(() => undefined);
    }
    return this.#result;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  query<T>(queryName: string, args?: unknown): Promise<T> {
    return this.#access.query<T>(this.workflowId, queryName, args);
  }

  async signal(signalName: string, payload?: unknown): Promise<void> {
    await this.#access.signal(this.workflowId, signalName, payload);
  }

  cancel(reason?: string): Promise<void> {
    return this.#access.cancel(this.workflowId, reason);
  }

  async #awaitResult(): Promise<O> {
    return outcomeOf<O>(await this.#access.awaitResult(this.workflowId));
  }
}

function outcomeOf<O>({ workflowExecutionId: id, status, output, error, refused }: ExecutionEnded): O {
  if (refused === 'NOT_FOUND') throw new NotFoundError('workflow', id);
  if (refused !== undefined)
    throw new FlovynError(`The result of workflow ${id} cannot be told: ${refused} ${error ?? ''}`);
  switch (status) {
    case 'COMPLETED':
      return (output === undefined ? null : deserialize(fromJsonBytes(output))) as O;
    case 'CANCELLED':
      throw new WorkflowCancelled(
        error === undefined || error === '' ? `Workflow ${id} was cancelled` : `Workflow ${id} was cancelled: ${error}`,
        error,
      );
    default:
      throw new WorkflowFailed(id, error ?? 'Unknown');
  }
}
