import type { WorkflowHandle } from '../../types.js';

/** What a handle asks of its environment. */
export interface HandleAccess {
  result(workflowId: string): Promise<unknown>;
  query(workflowId: string, name: string, args: unknown): Promise<unknown>;
  signal(workflowId: string, name: string, payload: unknown): Promise<number>;
  cancel(workflowId: string, reason: string | undefined): Promise<void>;
}

/** An execution of a test environment. While its result is awaited, time is skipped for it. */
export class TestWorkflowHandle<O> implements WorkflowHandle<O> {
  readonly workflowId: string;
  readonly #access: HandleAccess;

  constructor(access: HandleAccess, workflowId: string) {
    this.#access = access;
    this.workflowId = workflowId;
  }

  /** Asks anew each time: an execution that was stuck may have been helped since. */
  result(): Promise<O> {
    const result = this.#access.result(this.workflowId) as Promise<O>;
    // A result nobody looks at is not an unhandled rejection.
    result.catch(() => undefined);
    return result;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  query<T>(queryName: string, args?: unknown): Promise<T> {
    return this.#access.query(this.workflowId, queryName, args) as Promise<T>;
  }

  async signal(signalName: string, payload?: unknown): Promise<void> {
    await this.#access.signal(this.workflowId, signalName, payload);
  }

  cancel(reason?: string): Promise<void> {
    return this.#access.cancel(this.workflowId, reason);
  }
}
