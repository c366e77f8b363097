import { type OrgStreamQuery, pathTo, clientPaths as paths } from '@flovyn/protocol/http';

import { type LiveStream, openLiveStream } from './live-stream.js';
import type { Origin } from './origin.js';
import { defaultPatience } from './patience.js';
import type { StreamOptions } from './stream-execution.js';
import { sourceOf } from './stream-source.js';

/** What of an organisation is wanted. */
export interface OrganisationFilter {
  /** Only news of workflow executions, or only news and progress of tasks. Default: both. */
  readonly entity?: OrgStreamQuery['entity'];
  /** Only of this kind. Progress, and that something is to stop or is tried again, do not say their kind, and
   * come in any case. Default: every kind. */
  readonly kind?: string | undefined;
}

/** What `client.streamOrganisation` takes besides the filter. */
export type OrganisationStreamOptions = Pick<StreamOptions, 'lastEventId' | 'patience' | 'signal'>;

/**
 * Opens the stream of an organisation, for lists: the news of its executions and tasks, and of each task its newest
 * progress, from now on. The same as `client.streamOrganisation`, for pages that load nothing else.
 *
 * It is a live view and no log, so a gap in it means: load your lists again. Open it first and load them when `ready` has
 * resolved; then merge by the `epoch` and `seq` of each frame, which are those of its execution's own stream, as the `asOf`
 * of a row is. It never ends by itself.
 *
 * @example
 *   import { createOrigin, streamOrganisation } from '@flovyn/client';
 *
 *   const origin = createOrigin({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   for await (const message of streamOrganisation(origin, { entity: 'task' })) {
 *     if (message.kind === 'gap') console.log('load the list of tasks again');
 *     if (message.kind === 'entry') console.log(message.frame.executionId, message.frame.event.type);
 *   }
 */
export function streamOrganisation(
  origin: Origin,
  { entity, kind }: OrganisationFilter = {},
  { lastEventId: cursor, patience, signal }: OrganisationStreamOptions = {},
): LiveStream {
  return openLiveStream(
    sourceOf(origin, pathTo(paths.orgStream, { org: origin.org }), { entity, kind }),
    // Even unfiltered it leaves out what lists do not show, so missing numbers mean nothing.
    {
      cursor,
      contiguous: false,
      isLog: false,
      awaitCreationMs: 0,
      patience: { ...defaultPatience, ...patience },
      signal,
    },
    origin.surroundings,
  );
}
