import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { FlovynClient } from '../client.js';
import { Duration } from '../duration.js';
import type { TaskDefinition, WorkflowDefinition, WorkflowHandle } from '../types.js';
import { injectedConfig } from './injected-config.js';
import { getTestHarness } from './test-harness.js';

/** Options of a {@link FlovynTestEnvironment}. */
export interface TestEnvironmentOptions {
  /** The organisation; that of the harness when absent. */
  orgId?: string | undefined;
  /** A queue of its own, `test-` and 8 hex digits, when absent: tests do not take each other's work. */
  queue?: string | undefined;
  /** Credential of the worker; that of the harness when absent. */
  workerToken?: string | undefined;
  /** Credential for REST and live streams; that of the harness when absent. */
  apiKey?: string | undefined;
}

const NOT_STARTED = 'Test environment not started. Call start() first.';
/** How often a promise that does not exist yet is looked for. */
const LOOK_AGAIN_MS = 25;

/**
 * A worker and a client on a queue of their own, on the server of the harness: for tests of workflows and tasks as they
 * really run. What talks to the server throws `Error` before `start()`, and then what the same call of `FlovynClient`
 * throws.
 *
 * @example
 *   import { FlovynTestEnvironment, cleanupTestHarness } from '@flovyn/sdk/testing';
 *   import { afterAll, expect, test } from 'vitest';
 *
 *   const environment = new FlovynTestEnvironment().registerWorkflow(orderWorkflow).registerTask(chargeCard);
 *   afterAll(async () => {
 *     await environment.stop();
 *     await cleanupTestHarness();
 *   });
 *
 *   test('an order is charged', async () => {
 *     await environment.start();
 *     const receipt = await environment.startAndAwait(orderWorkflow, order);
 *     expect(receipt.number).toBe('r-17');
 *   }, FlovynTestEnvironment.TEST_TIMEOUT);
 * @see docs/guides/test-workflows-and-tasks.md
 */
export class FlovynTestEnvironment {
  /** For a whole test with a server, in milliseconds. */
  static readonly TEST_TIMEOUT = 60_000;
  /** How long `awaitCompletion` waits by itself, in milliseconds. */
  static readonly DEFAULT_AWAIT_TIMEOUT = 30_000;
  /** Kept for older code: `start` resolves when the worker is registered. */
  static readonly WORKER_REGISTRATION_DELAY = 500;

  /** The queue of this environment's worker. */
  readonly queue: string;
  readonly #options: TestEnvironmentOptions;
  readonly #workflows = new Map<string, WorkflowDefinition>();
  readonly #tasks = new Map<string, TaskDefinition>();
  #orgId: string | undefined;
  #client: FlovynClient | undefined;
  #starting: Promise<void> | undefined;

  /** Connects to nothing. */
  constructor(options: TestEnvironmentOptions = {}) {
    this.#options = options;
    this.#orgId = options.orgId;
    this.queue = options.queue ?? `test-${randomBytes(4).toString('hex')}`;
  }

  /** The client, for everything else; `null` while the environment is not started. */
  get client(): FlovynClient | null {
    return this.#client ?? null;
  }

  /** The organisation; absent before the first start when none was given. */
  get orgId(): string | undefined {
    return this.#orgId;
  }

  /** Whether the worker is registered. */
  get isStarted(): boolean {
    return this.#client !== undefined;
  }

  /**
   * Lets the worker run a workflow, and makes it known by its name.
   *
   * @throws {Error} when the environment is started.
   */
  registerWorkflow<I, O>(definition: WorkflowDefinition<I, O>): this {
    this.#client?.registerWorkflow(definition);
    this.#workflows.set(definition.name, definition);
    return this;
  }

  /**
   * Lets the worker run a task.
   *
   * @throws {Error} when the environment is started.
   */
  registerTask<I, O>(definition: TaskDefinition<I, O>): this {
    this.#client?.registerTask(definition);
    this.#tasks.set(definition.name, definition);
    return this;
  }

  /**
   * Starts the server for tests if none runs, and the worker. Resolves when the worker is registered. Safe to call
   * again.
   *
   * @throws {ConfigurationError} when there is no server to start.
   * @throws {ConnectionError} when it does not become healthy in time.
   */
  async start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    await this.#starting;
  }

  /** Stops the worker. The server stays, for other tests: `cleanupTestHarness` ends it. */
  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const client = this.#client;
    this.#client = undefined;
    this.#starting = undefined;
    await client?.stop();
  }

  /**
   * Starts an execution of a definition, or of a workflow that was registered under a name. The handle comes in a box,
   * because it can be awaited.
   *
   * @throws {Error} when nothing is registered under the name.
   */
  async startWorkflow<I, O = unknown>(
    workflow: WorkflowDefinition<I, O> | string,
    input: I,
    options: { idempotencyKey?: string | undefined } = {},
  ): Promise<{ handle: WorkflowHandle<O> }> {
    const client = this.#running();
    if (typeof workflow !== 'string') return client.startWorkflow(workflow, input, options);
    const definition = this.#workflows.get(workflow);
    if (definition === undefined) throw new Error(`Unknown workflow: ${workflow}`);
    return client.startWorkflow(definition as WorkflowDefinition<I, O>, input, options);
  }

  /**
   * The output of an execution; rejects as `handle.result()` does.
   *
   * @param timeout - 30 s when absent.
   * @throws {Error} when it does not end in time. It goes on all the same.
   */
  async awaitCompletion<O>(
    handle: WorkflowHandle<O>,
    timeout: Duration = Duration.milliseconds(FlovynTestEnvironment.DEFAULT_AWAIT_TIMEOUT),
  ): Promise<O> {
    this.#running();
    const gone = new AbortController();
    const ms = timeout.toMilliseconds();
    const late = pause(ms, undefined, { signal: gone.signal }).then(() => {
      throw new Error(`Workflow did not complete within ${ms}ms`);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([handle.result(), late]);
    } finally {
      gone.abort();
    }
  }

  /** Both at once: starts an execution and gives its output. */
  async startAndAwait<I, O = unknown>(
    workflow: WorkflowDefinition<I, O> | string,
    input: I,
    { idempotencyKey, timeout }: { idempotencyKey?: string | undefined; timeout?: Duration | undefined } = {},
  ): Promise<O> {
    const { handle } = await this.startWorkflow<I, O>(workflow, input, { idempotencyKey });
    return this.awaitCompletion(handle, timeout);
  }

  /**
   * Keeps a promise by its name: the first of that name that is open, as soon as there is one.
   *
   * @throws {Error} when there is none within 30 s.
   * @example
   *   import { FlovynTestEnvironment } from '@flovyn/sdk/testing';
   *
   *   const environment = new FlovynTestEnvironment().registerWorkflow(orderWorkflow).registerTask(chargeCard);
   *   await environment.start();
   *   const { handle } = await environment.startWorkflow(orderWorkflow, order);
   *   await environment.resolvePromise(handle, 'approval', true);
   *   const receipt = await environment.awaitCompletion(handle);
   *   await environment.stop();
   */
  async resolvePromise(handle: { readonly workflowId: string }, promiseName: string, value: unknown): Promise<void> {
    await this.#running().resolvePromise(await this.#openPromise(handle, promiseName), value);
  }

  /** Breaks a promise by its name, as `resolvePromise` keeps one. */
  async rejectPromise(handle: { readonly workflowId: string }, promiseName: string, error: string): Promise<void> {
    await this.#running().rejectPromise(await this.#openPromise(handle, promiseName), error);
  }

  /**
   * Sends a signal.
   *
   * @returns the history number of the signal.
   */
  async signalWorkflow(handle: { readonly workflowId: string }, name: string, value: unknown): Promise<number> {
    return this.#running().signalWorkflow(handle.workflowId, name, value);
  }

  /** Signals the live execution behind a key of the test's, and starts it first when there is none. */
  async signalWithStartWorkflow<I, O>(
    definition: WorkflowDefinition<I, O>,
    workflowId: string,
    input: I,
    name: string,
    value: unknown,
  ): Promise<{ handle: WorkflowHandle<O>; workflowCreated: boolean }> {
    const started = await this.#running().signalWithStartWorkflow(definition, workflowId, input, name, value);
    return { handle: started.workflowHandle, workflowCreated: started.workflowCreated };
  }

  #running(): FlovynClient {
    if (this.#client === undefined) throw new Error(NOT_STARTED);
    return this.#client;
  }

  async #start(): Promise<void> {
    const harness = await getTestHarness(await injectedConfig());
    const { orgId, workerToken, apiKey } = this.#options;
    const client = new FlovynClient({
      serverUrl: `http://${harness.grpcHost}:${harness.grpcPort}`,
      httpUrl: `http://${harness.httpHost}:${harness.httpPort}`,
      orgId: orgId ?? harness.orgId,
      orgSlug: orgId ?? harness.orgSlug,
      queue: this.queue,
      workerToken: workerToken ?? harness.workerToken,
      apiKey: apiKey ?? harness.apiKey,
    });
    for (const definition of this.#workflows.values()) client.registerWorkflow(definition);
    for (const definition of this.#tasks.values()) client.registerTask(definition);
    await client.start();
    this.#orgId = orgId ?? harness.orgId;
    this.#client = client;
  }

  async #openPromise({ workflowId }: { readonly workflowId: string }, name: string): Promise<string> {
    const client = this.#running();
    const deadline = Date.now() + FlovynTestEnvironment.DEFAULT_AWAIT_TIMEOUT;
    while (Date.now() < deadline) {
      const open = new Set<string>();
      for (const { eventType, data } of await client.getWorkflowEvents(workflowId)) {
        const { promiseId, promiseName } = data as { promiseId?: string; promiseName?: string };
        if (promiseId === undefined || promiseName !== name) continue;
        if (eventType === 'PROMISE_CREATED') open.add(promiseId);
        else open.delete(promiseId);
      }
      const [first] = open;
      if (first !== undefined) return first;
      await pause(LOOK_AGAIN_MS);
    }
    throw new Error(
      `Workflow ${workflowId} had no open promise "${name}" within ${FlovynTestEnvironment.DEFAULT_AWAIT_TIMEOUT}ms`,
    );
  }
}
