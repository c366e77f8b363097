import type { Position, StreamEntry, Topic } from '@flovyn/engine';
import { isExecutionId, isTaskId } from '@flovyn/events';

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
 * What a message says about a topic: what one commit wrote, or nothing when only the store has it.
 *
 * @returns `undefined` for what no process of this version wrote about this.
 */
export function decodeCopy(topic: Topic, text: string): readonly StreamEntry[] | undefined {
  const message = parse(text);
  if (!isRecord(message) || message['v'] !== VERSION || !Array.isArray(message['entries'])) return undefined;
  const entries: readonly unknown[] = message['entries'];
  return entries.every((entry): entry is StreamEntry => isEntry(entry)) && fits(topic, entries) ? entries : undefined;
}

/** Whether all of it is about the topic, and follows each other where there is one order. */
function fits({ of, id }: Topic, entries: readonly StreamEntry[]): boolean {
  if (of === 'organisation') return true;
  if (of === 'execution') return entries.every(({ executionId }) => executionId === id) && areInRow(entries);
  const places = entries.flatMap(({ inFamily }) => (inFamily === undefined ? [] : [inFamily]));
  return places.length === entries.length && entries.every(({ rootId }) => rootId === id) && areInRow(places);
}

function areInRow(places: readonly Position[]): boolean {
  return places.every(({ epoch, seq }, index) => {
    const before = places[index - 1];
    return before === undefined || (before.epoch === epoch && before.seq === seq - 1);
  });
}

function isEntry(entry: unknown): entry is StreamEntry {
  return (
    isRecord(entry) &&
    isExecutionId(entry['executionId']) &&
    typeof entry['rootId'] === 'string' &&
    isPosition(entry) &&
    (entry['inFamily'] === undefined || isPosition(entry['inFamily'])) &&
    KINDS.has(entry['kind']) &&
    isJson(entry['event']) &&
    isCount(entry['timestampMs']) &&
    (entry['taskId'] === undefined || isTaskId(entry['taskId'])) &&
    (entry['attempt'] === undefined || isCount(entry['attempt'])) &&
    (entry['ordinal'] === undefined || isCount(entry['ordinal'])) &&
    (entry['terminal'] === undefined || typeof entry['terminal'] === 'boolean')
  );
}

function isPosition(place: unknown): boolean {
  return (
    isRecord(place) &&
    typeof place['epoch'] === 'string' &&
    EPOCH.test(place['epoch']) &&
    isCount(place['seq']) &&
    place['seq'] > 0
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
