import type { ReadyLine } from '@flovyn/engine';
import { orgId } from '../../support/house.js';
import type { Followed } from '../story/followed.js';
import { holds } from '../violation.js';
import type { World } from '../world.js';

/** Something is due exactly for what ends or begins by itself. */
export async function checkTimers(world: World): Promise<void> {
  const due = await world.store.dueTimers(world.clock.now() + 1e12, 10_000);
  const stored = due.map(({ executionId, type, id, dueAt }) => `${executionId} ${type} ${id} ${dueAt}`);
  const expected = [...world.followed.values()].flatMap(timersOf);
  sameSet(stored, expected, 'R13', 'is due');
}

function timersOf({ id, story, tasks }: Followed): string[] {
  const due: string[] = [];
  const add = (type: string, name: string, at: number | undefined): void => {
    if (at !== undefined) due.push(`${id} ${type} ${name} ${at}`);
  };
  if (story.status === 'OPEN') {
    for (const [name, { open, dueAt }] of story.timers) if (open) add('timer', name, dueAt);
    for (const { key, open, dueAt } of story.promises.values()) if (open) add('promise', key, dueAt);
  }
  for (const task of tasks.values()) {
    if (task.status === 'PENDING') add('task', task.id, task.dueAt);
    const isOpen = task.status === 'PENDING' || task.status === 'RUNNING';
    if (isOpen && task.timeoutMs !== undefined) add('deadline', task.id, task.createdAt + task.timeoutMs);
  }
  return due;
}

/** Work is offered exactly when it waits for a worker. */
export async function checkReady(world: World): Promise<void> {
  const { store } = world;
  const now = world.clock.now();
  const expected = [...world.followed.values()].flatMap(readyOf);
  const lines = await store.readyLines(1_000);
  sameSet(lines.map(lineName), [...new Set(expected.map(lineName))], 'R08', 'has a line');
  const offered: string[] = [];
  for (const { queue, type, kind } of lines) {
    const found = await store.reserve({ orgId, queue, type, kinds: [kind], limit: 1_000, now, holdMs: 0 });
    offered.push(...found.map(({ id }) => id));
  }
  const ids = expected.map(({ id }) => id);
  // What was found and not taken, by one who died or whose commit was lost, is offered again a little later.
  const reserved = world.reservedUntil > now ? ids.filter((id) => !offered.includes(id)) : [];
  sameSet([...offered, ...reserved], ids, 'R08', 'is offered');
}

function readyOf({ id, record, tasks }: Followed): (ReadyLine & { id: string })[] {
  const ready: (ReadyLine & { id: string })[] = [];
  if (record?.status === 'PENDING') {
    ready.push({ id, orgId, queue: record.queue, type: 'workflow', kind: record.kind });
  }
  for (const task of tasks.values()) {
    if (task.status !== 'PENDING' || task.dueAt !== undefined) continue;
    ready.push({ id: task.id, orgId, queue: task.queue, type: 'task', kind: task.kind });
  }
  return ready;
}

function lineName({ queue, type, kind }: ReadyLine): string {
  return `${type} ${queue} ${kind}`;
}

function sameSet(stored: readonly string[], expected: readonly string[], rule: string, what: string): void {
  const [had, due] = [new Set(stored), new Set(expected)];
  holds(had.size === stored.length, rule, () => `something ${what} twice: ${stored.join()}`);
  for (const one of had) holds(due.has(one), rule, () => `${one} ${what}, and should not`);
  for (const one of due) holds(had.has(one), rule, () => `${one} should be so, and nothing ${what}`);
}
