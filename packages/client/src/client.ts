import type { StreamDefinition } from '@flovyn/events';
import { DEFAULT_TIMEOUT_MS, createHttp } from './http.js';
import type { LiveStream } from './live-stream.js';
import { type OriginOptions, createOrigin } from './origin.js';
import { type Promises, createPromises } from './promises.js';
import { type StreamOptions, type StreamTarget, streamExecution } from './stream-execution.js';
import { type OrganisationFilter, type OrganisationStreamOptions, streamOrganisation } from './stream-organisation.js';
import { type SubscribeOptions, type Subscription, subscription } from './subscribe.js';
import { type Tasks, createTasks } from './tasks.js';
import { type Workflows, createWorkflows } from './workflows.js';

/** Where the server is, who one is there, and how long a call may take. */
export interface ClientOptions extends OriginOptions {
  /** How long a request may take with all its tries, in milliseconds. Default 30,000. Streams have limits of their own. */
  readonly timeoutMs?: number | undefined;
}

/** One organisation of a Flovyn server. It holds no connection, so there is nothing to close. */
export interface Client {
  /** Workflow executions. */
  readonly workflows: Workflows;
  /** Standalone tasks. */
  readonly tasks: Tasks;
  /** Promises of workflows. */
  readonly promises: Promises;
  /**
   * Opens the stream of an execution: everything that happens to it, in order, each entry once, across reconnects.
   *
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   for await (const message of client.stream({ taskExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' })) {
   *     if (message.kind === 'entry' && message.frame.event.type === 'token') console.log(message.frame.event.text);
   *   }
   * @example
   *   // With everything that its descendants do.
   *   import { createClient, emptyFamilyView, foldFamilyView } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const workflowExecutionId = '0191f80f-aea2-7677-8720-91c825f9b7ff';
   *   let family = emptyFamilyView;
   *   for await (const message of client.stream({ workflowExecutionId, consolidated: true })) {
   *     family = foldFamilyView(family, message);
   *   }
   * @see docs/guides/read-a-stream.md
   */
  stream(target: StreamTarget, options?: StreamOptions): LiveStream;
  /**
   * Opens the stream of the organisation, for lists: news of all executions and tasks, and the progress of tasks, from now
   * on. It is a live view and no log: after a gap, load your lists again.
   *
   * @example
   *   import { createClient } from '@flovyn/client';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const stream = client.streamOrganisation({ entity: 'task', kind: 'resize-image' });
   *   await stream.ready;
   *   let { tasks } = await client.tasks.list({ kind: 'resize-image' });
   *   for await (const message of stream) {
   *     if (message.kind === 'gap') ({ tasks } = await client.tasks.list({ kind: 'resize-image' }));
   *     if (message.kind === 'entry') console.log(tasks.length, message.frame.executionId, message.frame.event.type);
   *   }
   * @see docs/guides/read-a-stream.md
   */
  streamOrganisation(filter?: OrganisationFilter, options?: OrganisationStreamOptions): LiveStream;
  /**
   * Subscribes to streams of your own: their values, with the types they were defined with.
   *
   * @example
   *   import { createClient, defineStream } from '@flovyn/client';
   *   import { z } from 'zod';
   *
   *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
   *   const orders = defineStream({ name: 'orders', schema: z.object({ id: z.string(), total: z.number() }) });
   *   const target = { workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' };
   *   for await (const message of client.subscribe(target, [orders])) {
   *     if (message.kind === 'value') console.log(message.value.total);
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
 *   import { createClient } from '@flovyn/client';
 *
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev', apiKey: 'flovyn_sk_dev_admin' });
 *   const input = { dataset_name: 'orders', format: 'csv', record_count: 500 };
 *   const { id } = await client.tasks.start({ kind: 'data-export-task', input });
 *
 * @throws {ServiceError} INVALID_ARGUMENT when `baseUrl` is no address.
 */
export function createClient(options: ClientOptions): Client {
  const origin = createOrigin(options);
  const http = createHttp(origin, options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    workflows: createWorkflows(http, options.org),
    tasks: createTasks(http, options.org),
    promises: createPromises(http, options.org),
    stream: (target, streamOptions) => streamExecution(origin, target, streamOptions),
    streamOrganisation: (filter, streamOptions) => streamOrganisation(origin, filter, streamOptions),
    subscribe: (target, streams, streamOptions) =>
      subscription(streamExecution(origin, target, { ...streamOptions, types: ['data'] }), streams),
  };
}
