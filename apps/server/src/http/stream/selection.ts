import type { StreamEntry } from '@flovyn/engine';
import { type FlovynEvent, formatCursor } from '@flovyn/events';
import { encodeEntry, frameJson, plainData } from '@flovyn/events/sse';
import { type StreamSelection, streamSelections } from '@flovyn/protocol/http';

const KINDS = {
  events: 'state',
  tokens: 'token',
  progress: 'progress',
  data: 'data',
  errors: 'error',
} as const satisfies Record<StreamSelection, StreamEntry['kind']>;

/** What of a stream a reader wants, and how it is to look. Readers with equal `name` share their bytes. */
export interface Selection {
  readonly name: string;
  /** The words of the filter, to be echoed; `undefined` when there is none. */
  readonly types: readonly StreamSelection[] | undefined;
  readonly takes: (entry: StreamEntry) => boolean;
  /** The entry as SSE text. */
  readonly encode: (entry: StreamEntry) => string;
}

/** @param words - everything when absent. */
export function selectionOf(words: readonly StreamSelection[] | undefined, format: 'json' | 'plain'): Selection {
  // In one order, so that equal filters share their bytes.
  const types = words === undefined ? undefined : streamSelections.filter((word) => words.includes(word));
  const kinds = new Set<StreamEntry['kind']>(types?.map((word) => KINDS[word]));
  return {
    name: `${format} ${types?.join() ?? ''}`,
    types,
    takes: types === undefined ? () => true : (entry) => kinds.has(entry.kind),
    encode: format === 'json' ? encodeJson : encodePlain,
  };
}

function encodeJson(entry: StreamEntry): string {
  const { seq, epoch, executionId, rootId, taskId, attempt, timestampMs } = entry;
  const data = frameJson(
    { seq, epoch, executionId, rootExecutionId: rootId, taskExecutionId: taskId, attempt, timestampMs },
    entry.event,
  );
  return encodeEntry({ event: nameOf(entry), id: formatCursor(entry), data });
}

function encodePlain(entry: StreamEntry): string {
  // News has no plainer form; output was checked when it came in.
  const data = entry.kind === 'state' ? entry.event : plainData(JSON.parse(entry.event) as FlovynEvent);
  return encodeEntry({ event: nameOf(entry), id: formatCursor(entry), data });
}

function nameOf({ kind }: StreamEntry): 'token' | 'progress' | 'data' | 'error' {
  return kind === 'state' ? 'data' : kind;
}
