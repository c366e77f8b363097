import type { ExecutionId, Position, TaskRecord, WorkflowRecord } from '@flovyn/engine';
import { orgId } from '../../support/house.js';
import { Followed } from './followed.js';
import type { HolderStatus } from '../keys.js';
import { holds } from '../violation.js';
import { type World, calm, count } from '../world.js';

const everything = { limit: 10_000, offset: 0 } as const;

/** Reads everything that is new. Nothing may be under way, or it is read again. */
export async function follow(world: World): Promise<void> {
  const { store } = world;
  for (let tries = 0; ; tries += 1) {
    const [workflows, tasks] = await Promise.all([
      store.queries.workflows(orgId, everything),
      store.queries.tasks(orgId, everything),
    ]);
    let moved = false;
    for (const record of workflows.rows) moved = (await followWorkflow(world, record)) || moved;
    for (const record of tasks.rows) moved = (await followTask(world, record)) || moved;
    forgetDeleted(world, new Set(tasks.rows.map(({ task }) => task.id as string as ExecutionId)));
    if (!moved) break;
    holds(tries < 5, 'R01', () => 'heads and rows do not agree, and do not come to');
    await calm(world);
  }
  for (const followed of world.followed.values()) followed.pause();
  await world.keys.follow(store, world.clock.now(), ({ target, targetId }) => statusOf(world, target, targetId));
}

/** Resolves to whether it has moved on meanwhile. */
async function followWorkflow(world: World, { workflow, sequence, asOf }: WorkflowRecord): Promise<boolean> {
  const { queries } = world.store;
  const followed = followedOf(world, workflow.id);
  const { story, stream, tasks } = followed;
  const isNew = sequence !== story.sequence || asOf.seq !== stream.seq;
  followed.record = workflow;
  if (sequence !== story.sequence) {
    const after = story.sequence;
    for (const event of (await queries.history(orgId, workflow.id, { after })) ?? []) followed.read(event);
  }
  await followStream(world, followed, asOf);
  // What is due becomes ready without a word, and so does everything of a closed execution.
  const movesUnheard = [...tasks.values()].some(
    (task) => isOpen(task.status) && (followed.isOver || (task.status === 'PENDING' && task.dueAt !== undefined)),
  );
  if (isNew || movesUnheard) {
    for (const { task } of (await queries.tasksOf(orgId, workflow.id)) ?? []) tasks.set(task.id, task);
  }
  return sequence !== story.sequence || asOf.seq !== stream.seq;
}

async function followTask(world: World, { task, asOf }: TaskRecord): Promise<boolean> {
  const followed = followedOf(world, task.id as string as ExecutionId);
  followed.tasks.set(task.id, task);
  await followStream(world, followed, asOf);
  return asOf.seq !== followed.stream.seq;
}

async function followStream(world: World, followed: Followed, { seq }: Position): Promise<void> {
  if (seq === followed.stream.seq) return;
  const entries = await world.store.streams.read(followed.id, followed.stream.seq, 10_000);
  for (const entry of entries) followed.hear(entry);
}

function followedOf(world: World, id: ExecutionId): Followed {
  let followed = world.followed.get(id);
  if (followed === undefined) {
    world.followed.set(id, (followed = new Followed(id, world)));
    count(world, 'executions');
  }
  return followed;
}

/** A standalone task goes only when somebody wants it. */
function forgetDeleted(world: World, listed: ReadonlySet<ExecutionId>): void {
  for (const { id, record } of world.followed.values()) {
    if (record !== undefined || listed.has(id)) continue;
    holds(world.deleting.has(id), 'R04', () => `task ${id} is gone, and nobody deleted it`);
    world.followed.delete(id);
    world.plans.delete(id);
  }
}

function statusOf(world: World, target: string, targetId: string): HolderStatus {
  for (const { id, story, tasks, record, stream } of world.followed.values()) {
    if (id === targetId && stream.reopened > 0) return 'reopened';
    if (target === 'workflow' && id === targetId) {
      return story.status === 'OPEN' || story.status === 'UNTOLD' ? 'open' : story.status;
    }
    for (const task of target === 'task' ? tasks.values() : []) {
      if (task.id === targetId) return isOpen(task.status) ? 'open' : (task.status as HolderStatus);
    }
    const promised = target === 'promise' && story.promises.has(targetId);
    if (promised && record !== undefined) return 'open';
  }
  return 'gone';
}

function isOpen(status: string): boolean {
  return status === 'PENDING' || status === 'RUNNING';
}
