import type { Client, LiveStream } from '@flovyn/client';
import { TaskCancelled, TaskFailed } from './errors.js';
import { deserialize, serialize } from './serde.js';

/** How long the task may take to appear to its reader. */
const APPEARS_MS = 10_000;

/**
 * A task without a workflow, seen from whoever started it. Awaiting the handle and awaiting `result()` are the same, so
 * an async function cannot return one: box it.
 *
 * @example
 *   const { handle } = await client.startTask(chargeCard, order);
 *   for await (const message of handle.stream()) if (message.kind === 'entry') console.log(message.frame.event);
 *   const receipt = await handle.result();
 */
export class StandaloneTaskHandle<O = unknown> implements PromiseLike<O> {
  /** The id of the task, a UUID. */
  readonly taskExecutionId: string;
  readonly #client: Client;
  #result: Promise<O> | undefined;

  /** @internal */
  constructor(client: Client, taskExecutionId: string) {
    this.#client = client;
    this.taskExecutionId = taskExecutionId;
  }

  /**
   * The task's output, `null` when it has none. Gives the same every time.
   *
   * @throws {TaskFailed} when it failed for good.
   * @throws {TaskCancelled} when it was cancelled.
   * @throws {ServiceError} when the server cannot be asked; its `code` says why.
   */
  result(): Promise<O> {
    this.#result ??= this.#awaitResult();
    return this.#result;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a handle is the published way to wait for its result
  then<A = O, B = never>(
    fulfilled?: ((value: O) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(fulfilled, rejected);
  }

  /** Everything that happens to the task and everything it shows, from the beginning, across reconnects. */
  stream(): LiveStream {
    return this.#client.stream({ taskExecutionId: this.taskExecutionId }, { awaitCreationMs: APPEARS_MS });
  }

  /**
   * Asks the task to end; it may still finish.
   *
   * @throws {ServiceError} FAILED_PRECONDITION when it has ended.
   */
  async cancel(reason?: string): Promise<void> {
    await this.#client.tasks.cancel(this.taskExecutionId, reason === undefined ? {} : { reason });
  }

  async #awaitResult(): Promise<O> {
    const news = this.#client.stream(
      { taskExecutionId: this.taskExecutionId },
      { types: ['events'], awaitCreationMs: APPEARS_MS },
    );
    // The stream ends with the task.
    for await (const _ of news);
    const task = await this.#client.tasks.get(this.taskExecutionId);
    if (task.status === 'COMPLETED') return deserialize<O>(serialize(task.output ?? null));
    if (task.status === 'CANCELLED') throw new TaskCancelled(this.taskExecutionId, task.error ?? undefined);
    throw new TaskFailed(task.error ?? `The task is ${task.status}`, this.taskExecutionId, false);
  }
}
