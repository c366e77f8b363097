import type { Client, LiveStreamMessage, LiveStreamStatus, StreamEntry } from '@flovyn/client';
import type { QueryClient } from '@tanstack/react-query';
import { type Caches, createCaches } from './caches.js';
import { type QueryKeys, queryKeys } from './keys.js';
import { afterView } from './project.js';
import { type StreamHub, createStreamHub } from './stream-hub.js';

/** What the hooks work with: one organisation's client, caches and streams. Lives outside of React. */
export interface Flovyn {
  /** The client it was made of. */
  readonly client: Client;
  /** Where everything lies in the query cache. */
  readonly keys: QueryKeys;
  /** What writes to the query cache. */
  readonly caches: Caches;
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
  const caches = createCaches(queryClient, keys);

  const hub = createStreamHub({
    open: ({ type, id }, lastEventId) =>
      client.stream(type === 'workflow' ? { workflowExecutionId: id } : { taskExecutionId: id }, { lastEventId }),
    openOrganisation: (lastEventId) => client.streamOrganisation({}, { lastEventId }),
    onAdvance(target, view, messages) {
      // While a page replays what has long happened, the answer of the server is the newer truth.
      if (view.freshness !== 'catching-up') caches.change(target, (row) => afterView(target.type, row, view));
      const queryKey = keys.detail(target);
      const lacksAnswer = queryClient.getQueryState(queryKey)?.status === 'error';
      // A stream that stands is that of an execution that is there, whatever was answered before.
      const isThere = lacksAnswer && messages.some((message) => isStatus(message, 'live'));
      if (isThere || messages.some(needsAnswer)) void queryClient.invalidateQueries({ queryKey });
    },
    onOrganisation(view, messages, before) {
      caches.tell(messages.filter((message): message is StreamEntry => message.kind === 'entry'));
      if (view.restarts > before.restarts) caches.reloadLists();
    },
  });
  return {
    client,
    keys,
    caches,
    hub,
    close() {
      hub.close();
      caches.close();
    },
  };
}

/** The stream says that it ended, or that something is missing; what came of it only an answer says. */
function needsAnswer(message: LiveStreamMessage): boolean {
  return message.kind === 'gap' || isStatus(message, 'ended');
}

function isStatus(message: LiveStreamMessage, state: LiveStreamStatus['state']): boolean {
  return message.kind === 'status' && message.status.state === state;
}
