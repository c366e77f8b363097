import type { Client } from '@flovyn/client';
import type { Frame, GapFrame, StreamEvent } from '@flovyn/events';
import { createOrderChecker } from '@flovyn/events/testing';
import { expect } from 'vitest';
import type { Entry, Reading } from './raw-stream.js';

/** A word for each entry: the name of the news, or the kind of output. */
export function wordsOf(entries: readonly { readonly frame: Frame }[]): string[] {
  return entries.map(({ frame: { event } }) => (event.type === 'Event' ? event.event : event.type));
}

/** The output of one attempt of one task, in order. */
export function outputOf(
  entries: readonly { readonly frame: Frame }[],
  taskId: string,
  attempt: number,
): StreamEvent[] {
  return entries.flatMap(({ frame }) =>
    frame.event.type !== 'Event' && frame.taskExecutionId === taskId && frame.attempt === attempt ? [frame.event] : [],
  );
}

export function tokensOf(events: readonly StreamEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'token' ? [event.text] : []));
}

/** Entries of a stream without a gap: numbered from 1, in a legal order, each what the next reader will see as well. */
export function expectWhole(entries: readonly Entry[]): void {
  expectLegal(entries.map(({ frame }) => ({ kind: 'entry', frame })));
  expect(entries.map(({ frame }) => frame.seq)).toEqual(entries.map((_, index) => index + 1));
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
}

type Told = { readonly kind: 'entry'; readonly frame: Frame } | GapFrame;

/** What one reader was told of one execution, gaps included, is in a legal order, and misses nothing but what they name. */
export function expectLegal(told: readonly Told[], summary?: string): void {
  const checker = createOrderChecker();
  const violations: unknown[] = [];
  const first = told.find((message) => message.kind === 'entry');
  for (const message of told) {
    if (message.kind === 'entry') violations.push(...checker.next(message.frame));
    else if (first?.kind === 'entry') checker.gap(first.frame.executionId, message);
  }
  expect(violations, summary).toEqual([]);
}

/** Everything was readable and in the order the wire promises: `ready` first, `end` last. */
export function expectFramed({ messages }: Reading): void {
  expect(messages[0]?.kind).toBe('ready');
  expect(messages.at(-1)?.kind).toBe('end');
  expect(messages.slice(1, -1).every(({ kind }) => kind === 'entry')).toBe(true);
}

interface HistoryEvent {
  readonly sequenceNumber: number;
  readonly eventType: string;
  readonly data?: unknown;
}

/** The history of a completed execution: numbered without a hole, each task scheduled once and ended once. */
export async function expectSoundHistory(client: Client, id: string, tasks: number): Promise<HistoryEvent[]> {
  const { events } = await client.workflows.events(id);
  expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, index) => index + 1));
  expect(events[0]?.eventType).toBe('WORKFLOW_STARTED');
  expect(events.at(-1)?.eventType).toBe('WORKFLOW_COMPLETED');
  const taskIdsOf = (...types: string[]): string[] =>
    events
      .filter(({ eventType }) => types.includes(eventType))
      .map(({ data }) => (data as { taskExecutionId: string }).taskExecutionId);
  const scheduled = taskIdsOf('TASK_SCHEDULED');
  expect(new Set(scheduled).size).toBe(tasks);
  expect(scheduled).toHaveLength(tasks);
  const ended = taskIdsOf('TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED');
  expect(new Set(ended).size).toBe(ended.length);
  expect(scheduled).toEqual(expect.arrayContaining(ended));
  return events;
}
