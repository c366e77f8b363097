import {
  type LiveStreamMessage,
  type LiveStreamStatus,
  type LiveView,
  type StreamGap,
  emptyLiveView,
  foldLiveView,
} from '@flovyn/client';
import type { DataEvent, ErrorEvent, Frame, StateEventPayload } from '@flovyn/events';

/**
 * All a page shows of one execution, or of one standalone task, made from its stream alone: status, tasks with their
 * newest output, and besides them the lines of the stream and how it is doing.
 */
export interface StreamView extends LiveView {
  /** News, data, errors and gaps in the order of the stream; tokens and progress are in `tasks`. */
  readonly rows: readonly StreamRow[];
  /** How the stream is doing. */
  readonly connection: LiveStreamStatus;
}

/** A line of a stream that this version of the contract cannot read. */
export type UndecodedEntry = Extract<LiveStreamMessage, { kind: 'unknown' | 'invalid' | 'malformed' }>;

/** One line of the event list. `key` is unique in its view and never changes. */
export type StreamRow = { readonly key: string } & (
  | { readonly kind: 'news'; readonly frame: Frame<StateEventPayload> }
  | { readonly kind: 'output'; readonly frame: Frame<DataEvent | ErrorEvent> }
  | { readonly kind: 'gap'; readonly gap: StreamGap }
  | { readonly kind: 'undecoded'; readonly entry: UndecodedEntry }
);

/** Before anything was heard. */
export const emptyStreamView: StreamView = { ...emptyLiveView, rows: [], connection: { state: 'connecting' } };

/**
 * The view after these messages. The one way a view comes about: live, replayed and reloaded streams all go through it.
 *
 * Pure; what did not change stays the same object, so that the reader of one part is not told about another.
 */
export function advanceStreamView(view: StreamView, messages: readonly LiveStreamMessage[]): StreamView {
  let { rows, connection } = view;
  let live: LiveView = view;
  let added: StreamRow[] = [];
  for (const message of messages) {
    live = foldLiveView(live, message);
    if (message.kind === 'status') connection = message.status;
    // The numbering the rows belong to is lost, and they with it: the list begins again with the gap.
    if (message.kind === 'gap' && message.reason === 'epoch') [rows, added] = [[], []];
    const row = rowOf(message, rows.length + added.length);
    if (row !== undefined) added.push(row);
  }
  return { ...live, rows: added.length === 0 ? rows : [...rows, ...added], connection };
}

function rowOf(message: LiveStreamMessage, index: number): StreamRow | undefined {
  switch (message.kind) {
    case 'status':
      return undefined;
    case 'gap':
      return { kind: 'gap', key: `${index}`, gap: message };
    case 'entry': {
      const { event, ...head } = message.frame;
      if (event.type === 'Event') return { kind: 'news', key: `${index}`, frame: { ...head, event } };
      if (event.type === 'token' || event.type === 'progress') return undefined;
      return { kind: 'output', key: `${index}`, frame: { ...head, event } };
    }
    case 'unknown':
    case 'invalid':
    case 'malformed':
      return { kind: 'undecoded', key: `${index}`, entry: message };
  }
}
