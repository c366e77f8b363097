import type { Client } from '@flovyn/client';
import { parseCursor } from '@flovyn/events';
import { expect } from 'vitest';
import { type Dynasty, wordOf } from '../../src/kinds/index.js';
import type { House } from './house.js';
import { type Entry, readStream } from './raw-stream.js';
import { expectLegal, outputOf, tokensOf } from './story.js';

export const streamOf = ({ org }: House, id: string): string => `${org}/workflow-executions/${id}/stream`;
export const familyOf = (house: House, id: string): string => `${streamOf(house, id)}/consolidated`;

export const textsOf = (entries: readonly Entry[]): string[] => entries.map(({ id, text }) => `${id} ${text}`);

export async function startDynasty({ client }: House, dynasty: Omit<Dynasty, 'name'>): Promise<string> {
  const { id } = await client.workflows.start({ kind: 'dynasty', input: { name: 'a', ...dynasty } });
  return id;
}

/** An execution and all its descendants, parents first. */
export async function membersOf(client: Client, id: string): Promise<string[]> {
  const { children } = await client.workflows.children(id);
  const below = await Promise.all(children.map((child) => membersOf(client, child.childWorkflowExecutionId)));
  return [id, ...below.flat()];
}

/** Entries of a consolidated stream from its beginning, without a gap: the streams of its members, each in its order. */
export async function expectMerged(house: House, entries: readonly Entry[], members: readonly string[]): Promise<void> {
  expect(entries.map(({ id }) => parseCursor(id)?.seq)).toEqual(entries.map((_, index) => index + 1));
  await expectOwn(house, entries, members);
}

/** The same of a part of one, whose numbers have holes. */
export async function expectOwn(house: House, entries: readonly Entry[], members: readonly string[]): Promise<void> {
  expect(new Set(entries.map(({ frame }) => frame.executionId))).toEqual(new Set(members));
  for (const id of members) {
    const own = entries.filter(({ frame }) => frame.executionId === id);
    const single = await readStream(streamOf(house, id));
    expect(own.map(({ text }) => text)).toEqual(single.entries.map(({ text }) => text));
    expectLegal(own.map(({ frame }) => ({ kind: 'entry', frame })));
  }
  expectCausal(entries, members);
}

/** A child is asked for before it exists, and has ended before its parent hears of it. */
function expectCausal(entries: readonly Entry[], [top]: readonly string[]): void {
  const asked = new Set([top]);
  const over = new Set<string>();
  for (const { frame } of entries) {
    const { event, executionId } = frame;
    expect(asked).toContain(executionId);
    if (event.type !== 'Event') continue;
    if (event.event === 'CHILD_WORKFLOW_INITIATED') asked.add(event.data.childWorkflowId);
    if (event.event === 'WORKFLOW_COMPLETED') over.add(executionId);
    if (event.event === 'CHILD_WORKFLOW_COMPLETED') expect(over).toContain(event.data.childWorkflowId);
  }
}

/** Every member has told everything, in its last attempt. */
export async function expectTold(client: Client, entries: readonly Entry[], members: readonly string[]): Promise<void> {
  for (const id of members) {
    const { tasks } = await client.workflows.tasks(id);
    expect(tasks).toHaveLength(1);
    for (const { id: taskId, input, executionCount } of tasks) {
      const { name, tokens } = input as Dynasty;
      const words = Array.from({ length: tokens }, (_, index) => wordOf(name, index + 1));
      expect(tokensOf(outputOf(entries, taskId, executionCount))).toEqual(words);
    }
  }
}
