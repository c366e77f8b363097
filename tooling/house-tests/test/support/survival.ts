import { isStateEvent } from '@flovyn/events';
import { expect } from 'vitest';
import { type Narration, wordOf } from '../../src/kinds/index.js';
import type { House } from './house.js';
import { type Entry, readStream } from './raw-stream.js';
import { type Reader, follow } from './reader.js';
import { expectSoundHistory, expectWhole, outputOf, tokensOf } from './story.js';

const TOKENS = 150;
const PACE_MS = 12;

/** An execution under way, and who reads along. */
export interface Told {
  readonly id: string;
  readonly reader: Reader;
  /** Lets its tasks tell the last third. Before that they do not end, however long a crash takes. */
  finish(): void;
}

/** Starts a workflow with two streaming tasks, and reads along until both are well under way. */
export async function beginTelling({ client, gate }: House): Promise<Told> {
  const { path, open } = gate();
  const input = { tokens: TOKENS, paceMs: PACE_MS, gate: path };
  const { id } = await client.workflows.start({ kind: 'narrate-together', input });
  const reader = follow(client, { workflowExecutionId: id });
  await reader.output(40);
  return { id, reader, finish: open };
}

/**
 * The workflow completed as if nothing had happened: its history is whole, its log is whole, the last attempt of each task
 * told everything, and the reader saw that log. What it saw besides was output, and a gap has taken it back.
 *
 * @returns the log, and how many attempts each task took.
 */
export async function expectSurvived({ client, org }: House, { id, reader, finish }: Told) {
  finish();
  await reader.toEnd();
  await expectSoundHistory(client, id, 2);
  expect(await client.workflows.get(id)).toMatchObject({ status: 'COMPLETED', output: 'ab' });

  const { entries: log } = await readStream(`${org}/workflow-executions/${id}/stream`);
  expectWhole(log);
  expectSeen(reader, log);
  const { tasks } = await client.workflows.tasks(id);
  for (const task of tasks) {
    const { name } = task.input as Narration;
    const words = Array.from({ length: TOKENS }, (_, index) => wordOf(name, index + 1));
    expect(tokensOf(outputOf(log, task.id, task.executionCount))).toEqual(words);
  }
  return { log, attempts: tasks.map(({ executionCount }) => executionCount) };
}

function expectSeen(reader: Reader, log: readonly Entry[]): void {
  const { entries, gaps } = reader;
  const stored = new Map(log.map(({ id, frame }) => [id, JSON.stringify(frame)]));
  const seen = entries.map(({ id = '', frame }) => ({ id, frame, isStored: stored.get(id) === JSON.stringify(frame) }));
  expect(seen.filter(({ isStored, frame }) => !isStored && isStateEvent(frame.event))).toEqual([]);
  const lost = seen.filter(({ isStored }) => !isStored);
  const isTakenBack = (seq: number): boolean => gaps.some(({ from, to }) => from <= seq && seq <= to);
  expect(
    lost.filter(({ frame }) => !isTakenBack(frame.seq)),
    `Told: ${reader.summary()}`,
  ).toEqual([]);
  // What is stored was seen, once and in order.
  const order = seen.flatMap(({ id, isStored }) => (isStored ? [id] : []));
  expect(order, `Told: ${reader.summary()}`).toEqual([...stored.keys()]);
}
