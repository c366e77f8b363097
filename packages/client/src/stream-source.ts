import { PROBLEM_JSON, headers } from '@flovyn/protocol/http';

import type { StreamSource } from './live-stream.js';
import type { Origin, Query } from './origin.js';

/** A server that refuses may say why; to a reader of event streams alone it could not. */
const ACCEPT = `text/event-stream, ${PROBLEM_JSON}`;

/** The event stream under `path`, which begins with `/`. */
export function sourceOf(origin: Origin, path: string, query: Query): StreamSource {
  return {
    attempted: `GET ${path}`,
    open: (cursor, signal) =>
      origin.send(path, query, {
        signal,
        // A stored answer would be an old stream.
        cache: 'no-store',
        headers: { accept: ACCEPT, ...(cursor === undefined ? {} : { [headers.lastEventId]: cursor }) },
      }),
  };
}
