import type { Position, StreamEntry } from '@flovyn/engine';
import { type FlovynEvent, formatCursor } from '@flovyn/events';
import { consolidatedPlainData, encodeEntry, frameJson, plainData } from '@flovyn/events/sse';
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

/**
 * @param words - everything when absent.
 * @param scope - `family` when entries of several executions are shown: then each says whose it is.
 */
export function selectionOf(
  words: readonly StreamSelection[] | undefined,
  format: 'json' | 'plain',
  scope: 'execution' | 'family' = 'execution',
): Selection {
  // In one order, so that equal filters share their bytes.
  const types = words === undefined ? undefined : streamSelections.filter((word) => words.includes(word));
  const encode = format === 'json' ? encodeJson : scope === 'family' ? encodeConsolidatedPlain : encodePlain;
  const kinds = new Set<StreamEntry['kind']>(types?.map((word) => KINDS[word]));
  return {
    name: `${scope} ${format} ${types?.join() ?? ''}`,
    types,
    takes: types === undefined ? () => true : (entry) => kinds.has(entry.kind),
    encode: (entry) => encode(entry, PLACES[scope]),
  };
}

/** The same of a part of a stream. */
export function partOf(selection: Selection, name: string, shows: (entry: StreamEntry) => boolean): Selection {
  return {
    ...selection,
    name: `${selection.name} of ${name}`,
    takes: (entry) => shows(entry) && selection.takes(entry),
  };
}

type PlaceOf = (entry: StreamEntry) => Position;

/** An entry has a number in its own stream and another one in its family's, and its id is that of the stream it is shown in. */
const PLACES = {
  execution: (entry) => entry,
  family: (entry) => entry.inFamily ?? entry,
} as const satisfies Record<string, PlaceOf>;

function encodeJson(entry: StreamEntry, placeOf: PlaceOf): string {
  const { seq, epoch, executionId, rootId, taskId, attempt, timestampMs } = entry;
  const data = frameJson(
    { seq, epoch, executionId, rootExecutionId: rootId, taskExecutionId: taskId, attempt, timestampMs },
    entry.event,
  );
  return encodeEntry({ event: nameOf(entry), id: formatCursor(placeOf(entry)), data });
}

function encodePlain(entry: StreamEntry, placeOf: PlaceOf): string {
  // News has no plainer form; output was checked when it came in.
  const data = entry.kind === 'state' ? entry.event : plainData(JSON.parse(entry.event) as FlovynEvent);
  return encodeEntry({ event: nameOf(entry), id: formatCursor(placeOf(entry)), data });
}

function encodeConsolidatedPlain(entry: StreamEntry, placeOf: PlaceOf): string {
  const origin = { workflowExecutionId: entry.executionId, taskExecutionId: entry.taskId };
  const data = consolidatedPlainData(origin, JSON.parse(entry.event) as FlovynEvent);
  return encodeEntry({ event: nameOf(entry), id: formatCursor(placeOf(entry)), data });
}

function nameOf({ kind }: StreamEntry): 'token' | 'progress' | 'data' | 'error' {
  return kind === 'state' ? 'data' : kind;
}
