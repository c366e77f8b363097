import type { HistoryRow, StreamEntry } from '@flovyn/engine';
import { bool, bytes, int2, int4, int8, text, uuid } from '../lane/columns.js';
import { insert } from './shapes.js';

/** The stored number of each kind of entry is its place here. */
const entryKinds = ['state', 'token', 'progress', 'data', 'error'] as const satisfies readonly StreamEntry['kind'][];

const entryKindNumbers = Object.fromEntries(entryKinds.map((kind, number) => [kind, number])) as Record<
  StreamEntry['kind'],
  number
>;

export function entryKind(stored: number): StreamEntry['kind'] {
  const kind = entryKinds[stored];
  if (kind === undefined) throw new Error(`A stream entry of the unknown kind ${stored} is stored`);
  return kind;
}

export const insertHistory = insert<HistoryRow>('insert_history', 'history_event', [
  uuid('execution_id', (row) => row.executionId),
  int8('sequence', (row) => row.sequence),
  int8('at', (row) => row.timestampMs),
  text('type', (row) => row.type),
  bytes('data', (row) => row.data),
]);

export const insertEntries = insert<StreamEntry>('insert_entries', 'stream_entry', [
  uuid('execution_id', (row) => row.executionId),
  int8('seq', (row) => row.seq),
  int8('at', (row) => row.timestampMs),
  int4('attempt', (row) => row.attempt),
  int4('ordinal', (row) => row.ordinal),
  int2('kind', (row) => entryKindNumbers[row.kind]),
  bool('terminal', (row) => row.terminal === true),
  uuid('task_id', (row) => row.taskId),
  text('epoch', (row) => row.epoch),
  bytes('event', (row) => row.event),
]);
