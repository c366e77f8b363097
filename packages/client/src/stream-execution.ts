import { type StreamSelection, parameters, pathTo, clientPaths as paths } from '@flovyn/protocol/http';

import { type LiveStream, openLiveStream } from './live-stream.js';
import type { Origin } from './origin.js';
import { type Patience, defaultPatience } from './patience.js';
import { sourceOf } from './stream-source.js';

/** Whose stream: a workflow execution's, or a standalone task's. */
export type StreamTarget =
  | {
      readonly workflowExecutionId: string;
      /**
       * With those of all its descendants, in one order: children that are started while it is read appear in it, and it
       * ends when all of them have ended. Its cursors are its own: those of one execution mean nothing to it. Default false.
       */
      readonly consolidated?: boolean | undefined;
    }
  | { readonly taskExecutionId: string };

/** From where, and what, of a stream is read. */
export interface StreamOptions {
  /**
   * Continue after this entry: the `id` of an entry that was read before, or, but not for a consolidated stream, the `asOf`
   * of an answer to go on from it; 1 to 128 visible ASCII characters. Default: from the first entry that is kept.
   */
  readonly lastEventId?: string | undefined;
  /** Only these kinds of entries; `events` are the state events. Default: all. */
  readonly types?: readonly [StreamSelection, ...StreamSelection[]] | undefined;
  /**
   * For an id that may not exist yet: for how many milliseconds "not found" is taken for "not yet". Default 0; the
   * server waits some seconds of its own before it says so.
   */
  readonly awaitCreationMs?: number | undefined;
  /** How long to wait, and for what. */
  readonly patience?: Partial<Patience> | undefined;
  /** Closes the stream. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the stream of an execution: see {@link LiveStream}. The same as `client.stream`, for pages that load nothing
 * else.
 *
 * @example
 *   import { createOrigin, streamExecution } from '@flovyn/client';
 *
 *   const origin = createOrigin({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   const target = { workflowExecutionId: '0191f80f-aea2-7677-8720-91c825f9b7ff' };
 *   for await (const message of streamExecution(origin, target, { types: ['tokens'] })) console.log(message.kind);
 */
export function streamExecution(origin: Origin, target: StreamTarget, options: StreamOptions = {}): LiveStream {
  const { lastEventId: cursor, types, awaitCreationMs = 0, patience, signal } = options;
  return openLiveStream(
    sourceOf(origin, pathOf(origin.org, target), { [parameters.types]: types?.join(',') }),
    {
      cursor,
      contiguous: types === undefined,
      isLog: true,
      awaitCreationMs,
      patience: { ...defaultPatience, ...patience },
      signal,
    },
    origin.surroundings,
  );
}

function pathOf(org: string, target: StreamTarget): string {
  if ('taskExecutionId' in target) return pathTo(paths.taskStream, { org, id: target.taskExecutionId });
  const path = target.consolidated === true ? paths.workflowConsolidatedStream : paths.workflowStream;
  return pathTo(path, { org, id: target.workflowExecutionId });
}
