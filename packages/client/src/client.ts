import type { StreamDefinition } from '@flovyn/events';
import { DEFAULT_TIMEOUT_MS, createHttp } from './http.js';
import type { LiveStream } from './live-stream.js';
import { type OriginOptions, createOrigin } from './origin.js';
import { type Promises, createPromises } from './promises.js';
import { type StreamOptions, type StreamTarget, streamExecution } from './stream-execution.js';
import { type SubscribeOptions, type Subscription, subscription } from './subscribe.js';
import { type Tasks, createTasks } from './tasks.js';
import { type Workflows, createWorkflows } from './workflows.js';

export interface ClientOptions extends OriginOptions {
  /** How long a request may take with all its tries, in milliseconds. Default 30,000. Streams have limits of their own. */
  readonly timeoutMs?: number | undefined;
}

/** One organisation of a Flovyn server. It holds no connection, so there is nothing to close. */
export interface Client {
  readonly workflows: Workflows;
  readonly tasks: Tasks;
  readonly promises: Promises;
  /**
   * Opens the stream of an execution: everything that happens to it, in order, each entry once, across reconnects.
   *
   * @example
   *   for await (const message of client.stream({ taskExecutionId })) {
   *     if (message.kind === 'entry' && message.frame.event.type === 'token') write(message.frame.event.text);
   *   }
   * @example
   *   // With everything that its descendants do.
   *   let family = emptyFamilyView;
   *   for await (const message of client.stream({ workflowExecutionId, consolidated: true })) {
   *     render((family = foldFamilyView(family, message)));
   *   }
   */
  stream(target: StreamTarget, options?: StreamOptions): LiveStream;
  /**
   * Subscribes to streams of your own: their values, with the types they were defined with.
   *
   * @example
   *   for await (const message of client.subscribe({ workflowExecutionId }, [orders])) {
   *     if (message.kind === 'value') show(message.value.total);
   *   }
   */
  subscribe<Definition extends StreamDefinition>(
    target: StreamTarget,
    streams: readonly Definition[],
    options?: SubscribeOptions,
  ): Subscription<Definition>;
}

/**
 * A client of one organisation, for browsers, workers and Node.
 *
 * @example
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev', apiKey });
 *   const { id } = await client.tasks.start({ kind: 'data-export-task', input: { format: 'csv' } });
 */
export function createClient(options: ClientOptions): Client {
  const origin = createOrigin(options);
  const http = createHttp(origin, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    workflows: createWorkflows(http, options.org),
    tasks: createTasks(http, options.org),
    promises: createPromises(http, options.org),
    stream: (target, streamOptions) => streamExecution(origin, target, streamOptions),
    subscribe: (target, streams, streamOptions) =>
      subscription(streamExecution(origin, target, { ...streamOptions, types: ['data'] }), streams),
  };
}
