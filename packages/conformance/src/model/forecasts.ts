import type { ExecutionId, SessionId, TaskId, TaskState, Turn } from '@flovyn/engine';
import type { Command } from '@flovyn/protocol';
import type { Forecast } from './book.js';
import type { Followed } from './story/followed.js';
import type { World } from './world.js';

// What each request must be answered with when nothing else happens meanwhile.

export function onOpenExecution(followed: Followed | undefined): Forecast {
  if (followed?.record === undefined) return 'NOT_FOUND';
  return followed.story.status === 'OPEN' ? 'done' : 'FAILED_PRECONDITION';
}

export function ofRetry(followed: Followed | undefined): Forecast {
  if (followed?.record === undefined) return 'NOT_FOUND';
  return followed.story.status === 'FAILED' ? 'done' : 'FAILED_PRECONDITION';
}

export function ofSettling(followed: Followed | undefined, promiseId: string): Forecast {
  const promise = followed?.story.promises.get(promiseId);
  if (promise === undefined) return 'NOT_FOUND';
  return !promise.open || followed?.story.status === 'OPEN' ? 'done' : 'FAILED_PRECONDITION';
}

/** The turn of a session: its claim is what the store says it is. */
export function ofTurn(
  world: World,
  turn: Pick<Turn, 'executionId' | 'token' | 'turnId' | 'commands'> & { readonly sessionId: SessionId },
): Forecast {
  const record = world.followed.get(turn.executionId)?.record;
  if (record?.lastTurn?.turnId === turn.turnId) return 'done';
  const claim = record?.status === 'RUNNING' ? record.claim : undefined;
  if (claim?.token !== turn.token || claim.sessionId !== turn.sessionId) return 'LEASE_LOST';
  return ofCommands(world, turn.executionId, turn.commands);
}

export function ofUnaryTurn(world: World, id: ExecutionId, commands: readonly Command[]): Forecast {
  const record = world.followed.get(id)?.record;
  if (record === undefined) return 'NOT_FOUND';
  const isTheirs = record.status === 'RUNNING' && record.claim.door === 'unary';
  return isTheirs ? ofCommands(world, id, commands) : 'LEASE_LOST';
}

/** One command that cannot be carried out refuses them all; which of several is named is nobody's promise. */
function ofCommands(world: World, id: ExecutionId, commands: readonly Command[]): Forecast {
  const refusals = new Set(refusalsOf(world, id, commands));
  if (refusals.size > 1) return undefined;
  const [refusal = 'done'] = refusals;
  return refusal;
}

function* refusalsOf(world: World, id: ExecutionId, commands: readonly Command[]): Iterable<Forecast> {
  const followed = world.followed.get(id);
  const known = new Set<string>();
  const keys = new Set<string>();
  const isNew = (what: string, name: string, before: ReadonlyMap<string, unknown> | undefined): boolean => {
    const again = known.has(`${what} ${name}`) || before?.has(name) === true;
    known.add(`${what} ${name}`);
    return !again;
  };
  for (const command of commands) {
    if (command.type === 'SCHEDULE_CHILD_WORKFLOW') {
      const { childWorkflowExecutionId: child } = command;
      const isTaken = world.followed.has(child as ExecutionId);
      if (isNew('child', child, followed?.story.children) && isTaken) yield 'INVALID_ARGUMENT';
      continue;
    }
    if (command.type === 'SCHEDULE_TASK') {
      const { taskExecutionId } = command;
      if (!isNew('task', taskExecutionId, followed?.story.tasks)) continue;
      if (hasTask(world, taskExecutionId)) yield 'INVALID_ARGUMENT';
    } else if (command.type !== 'CREATE_PROMISE') continue;
    const { idempotencyKey: key } = command;
    if (key === undefined) continue;
    if (keys.has(key) || world.keys.holder(key, world.clock.now()) !== undefined) yield 'FAILED_PRECONDITION';
    keys.add(key);
  }
}

function hasTask(world: World, taskId: string): boolean {
  for (const { tasks } of world.followed.values()) if (tasks.has(taskId as TaskId)) return true;
  return false;
}

/** The end of an attempt, and whatever else its holder says. */
export function ofAttempt(task: TaskState | undefined, token: string, says: 'end' | 'word'): Forecast {
  if (task === undefined) return 'NOT_FOUND';
  if (task.status === 'RUNNING' && task.claim.token === token) return 'done';
  if (task.lastToken !== token) return 'LEASE_LOST';
  return says === 'end' ? 'done' : undefined;
}

export function ofUnaryEnd(task: TaskState | undefined, isGood: boolean): Forecast {
  if (task === undefined) return 'NOT_FOUND';
  if (task.status === 'COMPLETED' && isGood) return 'done';
  return task.status === 'RUNNING' && task.claim.door === 'unary' ? 'done' : 'LEASE_LOST';
}

export function ofTaskCall(task: TaskState | undefined, call: 'cancel' | 'retry' | 'delete'): Forecast {
  if (task === undefined) return 'NOT_FOUND';
  const { status } = task;
  if (call === 'cancel') return status === 'PENDING' || status === 'RUNNING' ? 'done' : 'FAILED_PRECONDITION';
  if (task.workflowExecutionId !== undefined) return 'NOT_FOUND';
  if (call === 'retry') return status === 'FAILED' ? 'done' : 'FAILED_PRECONDITION';
  return status === 'PENDING' ? 'done' : 'INVALID_ARGUMENT';
}

/** A start under a key: refused when the key stands for something of another sort. */
export function ofKeyedStart(world: World, key: string, target: 'workflow' | 'task'): Forecast {
  const holder = world.keys.holder(key, world.clock.now());
  return holder === undefined || holder.target === target ? 'done' : 'FAILED_PRECONDITION';
}
