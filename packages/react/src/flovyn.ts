import type { Client, LiveStreamMessage } from '@flovyn/client';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { TaskExecution, WorkflowExecution } from './executions.js';
import { type QueryKeys, queryKeys } from './keys.js';
import { type Positioned, mergeEntity, mergeRows } from './merge.js';
import { patchTask, patchWorkflow } from './project.js';
import { hasCaughtUp } from './run-view.js';
import { type StreamHub, createStreamHub } from './stream-hub.js';

/** What the hooks work with: one organisation's client, caches and streams. Lives outside of React. */
export interface Flovyn {
  /** The client it was made of. */
  readonly client: Client;
  /** Where everything lies in the query cache. */
  readonly keys: QueryKeys;
  /** The streams that are open. */
  readonly hub: StreamHub;
  /** Closes all streams. The caches stay. */
  close(): void;
}

/** What {@link createFlovyn} is made of. */
export interface FlovynOptions {
  /** Whom the hooks ask. */
  readonly client: Client;
  /** Slug or id of the organisation the client works for; keeps the caches of several apart. */
  readonly org: string;
  /** The caches of the page. */
  readonly queryClient: QueryClient;
}

/**
 * Connects a client with the caches of a page. Make one per organisation, outside of any component, and hand it to
 * `FlovynProvider`.
 *
 * Every write to the caches, by an answer or by a live event, goes through one merge that only moves forward, and a live
 * event is written to the detail and to all lists at once: two places of a page never disagree.
 *
 * @example
 *   import { createClient } from '@flovyn/client';
 *   import { createFlovyn } from '@flovyn/react';
 *   import { QueryClient } from '@tanstack/react-query';
 *
 *   export const queryClient = new QueryClient();
 *   const client = createClient({ baseUrl: '', org: 'dev' });
 *   export const flovyn = createFlovyn({ client, org: 'dev', queryClient });
 */
export function createFlovyn({ client, org, queryClient }: FlovynOptions): Flovyn {
  const keys = queryKeys(org);
  for (const key of [keys.workflows, keys.tasks]) {
    queryClient.setQueryDefaults(key, { structuralSharing: mergeWith(mergeEntity) });
  }
  for (const { lists, one } of [
    { lists: keys.workflowLists, one: keys.workflow },
    { lists: keys.taskLists, one: keys.task },
  ]) {
    queryClient.setQueryDefaults(lists, {
      structuralSharing: (known: unknown, arrived: unknown) =>
        mergeRows((known ?? []) as Positioned[], arrived as Positioned[], (id) => queryClient.getQueryData(one(id))),
    });
  }

  function patch<Row extends Positioned>(id: string, one: QueryKey, lists: QueryKey, change: (row: Row) => Row): void {
    queryClient.setQueryData<Row>(one, (row) => row && change(row));
    queryClient.setQueriesData<Row[]>({ queryKey: lists }, (rows) =>
      rows?.map((row) => (row.id === id ? change(row) : row)),
    );
  }

  const hub = createStreamHub({
    open: ({ type, id }, lastEventId) =>
      client.stream(type === 'workflow' ? { workflowExecutionId: id } : { taskExecutionId: id }, { lastEventId }),
    onAdvance({ type, id }, view, messages) {
      const one = type === 'workflow' ? keys.workflow(id) : keys.task(id);
      // While a page replays what has long happened, the answer of the server is the newer truth.
      if (hasCaughtUp(view) && type === 'workflow') {
        patch<WorkflowExecution>(id, one, keys.workflowLists, (row) => patchWorkflow(row, view.live));
      } else if (hasCaughtUp(view)) {
        patch<TaskExecution>(id, one, keys.taskLists, (row) => patchTask(row, view.live));
      }
      if (messages.some(needsAnswer)) void queryClient.invalidateQueries({ queryKey: one });
    },
  });
  return { client, keys, hub, close: () => hub.close() };
}

/** The stream says that it ended, or that something is missing; what came of it only an answer says. */
function needsAnswer(message: LiveStreamMessage): boolean {
  return message.kind === 'gap' || (message.kind === 'status' && message.status.state === 'ended');
}

/** The query library hands over what it holds without a type; the keys say what that is. */
function mergeWith<Value>(merge: (known: Value, arrived: Value) => Value) {
  return (known: unknown, arrived: unknown): unknown =>
    known === undefined ? arrived : merge(known as Value, arrived as Value);
}
