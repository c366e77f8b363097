import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import { isTaskId } from '@flovyn/events';

/** 256 KiB: what is larger is read from the store by those who want it. */
export const LARGEST_COPY_BYTES = 256 * 1024;

/** The version of this message. Another one is not read: what it is about is in the store. */
const VERSION = 1;

const KINDS: ReadonlySet<unknown> = new Set([
  'state',
  'token',
  'progress',
  'data',
  'error',
] satisfies StreamEntry['kind'][]);
const EPOCH = /^[A-Za-z0-9_-]{1,64}$/;

/** The entries of one commit as a message. Their events go as the text they are stored as: readers get the same bytes. */
export function encodeCopy(entries: readonly StreamEntry[]): string {
  let size = 0;
  for (const { event } of entries) size += event.length;
  if (size <= LARGEST_COPY_BYTES) {
    const text = JSON.stringify({ v: VERSION, entries });
    if (Buffer.byteLength(text) <= LARGEST_COPY_BYTES) return text;
  }
  return JSON.stringify({ v: VERSION, entries: [] });
}

/**
 * What a message says about an execution: entries that follow each other, or none when only the store has them.
 *
 * @returns `undefined` for what no process of this version wrote about this execution.
 */
export function decodeCopy(id: ExecutionId, text: string): readonly StreamEntry[] | undefined {
  const message = parse(text);
  if (!isRecord(message) || message['v'] !== VERSION || !Array.isArray(message['entries'])) return undefined;
  const entries: readonly unknown[] = message['entries'];
  const isWhole = entries.every(
    (entry, index): entry is StreamEntry => isEntryOf(id, entry) && joins(entries[index - 1], entry),
  );
  return isWhole ? entries : undefined;
}

function joins(before: unknown, { epoch, seq }: StreamEntry): boolean {
  return !isRecord(before) || (before['epoch'] === epoch && before['seq'] === seq - 1);
}

function isEntryOf(id: ExecutionId, entry: unknown): entry is StreamEntry {
  return (
    isRecord(entry) &&
    entry['executionId'] === id &&
    typeof entry['rootId'] === 'string' &&
    typeof entry['epoch'] === 'string' &&
    EPOCH.test(entry['epoch']) &&
    isCount(entry['seq']) &&
    entry['seq'] > 0 &&
    KINDS.has(entry['kind']) &&
    isJson(entry['event']) &&
    isCount(entry['timestampMs']) &&
    (entry['taskId'] === undefined || isTaskId(entry['taskId'])) &&
    (entry['attempt'] === undefined || isCount(entry['attempt'])) &&
    (entry['ordinal'] === undefined || isCount(entry['ordinal'])) &&
    (entry['terminal'] === undefined || typeof entry['terminal'] === 'boolean')
  );
}

/** An event is cut into frames as it is: text that is no JSON would break a reader's connection, again and again. */
function isJson(text: unknown): boolean {
  return typeof text === 'string' && isRecord(parse(text));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
