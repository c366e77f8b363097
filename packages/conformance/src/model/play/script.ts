import type { ExecutionId } from '@flovyn/engine';
import type { Command, Json, Outcome, RetryPolicy } from '@flovyn/protocol';
import { newChildId, newTaskId } from '../../support/commands.js';
import { keyNames } from '../keys.js';
import { type CommandKind, type Dice, type Move, dice } from '../moves.js';
import type { SentTurn } from '../story/turn-facts.js';
import { type World, count, pick } from '../world.js';

/** JSON text with a mark in it. */
export function json(mark: string): Json {
  return JSON.stringify(mark) as Json;
}

/** What has been asked for before, by execution: the same may be asked for again. */
const asked = new WeakMap<World, Map<ExecutionId, Command[]>>();

const opening = new Set<Command['type']>(['SCHEDULE_TASK', 'START_TIMER', 'CREATE_PROMISE', 'SCHEDULE_CHILD_WORKFLOW']);

/**
 * The commands of a turn and its end, out of the numbers of a move. A turn with commands begins with an operation, so that
 * its first fact can be told from those before it.
 */
export function writeTurn(world: World, id: ExecutionId, move: Move, door: SentTurn['door'], mark: string): SentTurn {
  const name = mark.slice(1, -1);
  const first: Command = { type: 'RECORD_OPERATION', operationName: 'op', result: json(`#${name}.0#`) };
  const commands = move.commands.flatMap(({ kind, how }, index) => {
    const written = writeCommand(world, id, kind, dice(how), `#${name}.${index + 1}#`);
    if (written === undefined) return [];
    count(world, `command ${kind}`);
    return [written];
  });
  const own = asked.get(world) ?? new Map<ExecutionId, Command[]>();
  asked.set(world, own.set(id, [...(own.get(id) ?? []), ...commands.filter(({ type }) => opening.has(type))]));
  const outcome = writeOutcome(dice(move.how), door, mark);
  return { door, commands: commands.length === 0 ? [] : [first, ...commands], outcome };
}

function writeCommand(world: World, id: ExecutionId, kind: CommandKind, roll: Dice, mark: string): Command | undefined {
  const followed = world.followed.get(id);
  if (followed === undefined) return undefined;
  const { tasks, timers, children } = followed.story;
  const anyOf = (ids: Iterable<string>): string | undefined => pick([...ids], roll(20));
  switch (kind) {
    case 'operation':
      return { type: 'RECORD_OPERATION', operationName: 'more', result: json(mark) };
    case 'set-state':
      return { type: 'SET_STATE', key: `state-${roll(2)}`, value: json(mark) };
    case 'clear-state':
      return { type: 'CLEAR_STATE', key: `state-${roll(2)}` };
    case 'task':
      return writeTask(world, roll, mark);
    case 'timer':
      return { type: 'START_TIMER', timerId: `timer-${roll(4)}`, durationMs: [100, 0, 5_000, 40_000][roll(4)] ?? 0 };
    case 'cancel-timer':
      return { type: 'CANCEL_TIMER', timerId: anyOf(timers.keys()) ?? 'timer-unknown' };
    case 'promise':
      return {
        type: 'CREATE_PROMISE',
        promiseName: `promise-${roll(3)}`,
        ...(roll(2) === 0 ? {} : { timeoutMs: 5_000 }),
        ...keyed(world, roll),
      };
    case 'resolve':
      return { type: 'RESOLVE_PROMISE', promiseName: `promise-${roll(3)}`, value: json(mark) };
    case 'child':
      // A tree three levels deep is deep enough.
      if ((followed.record?.depth ?? 0) >= 3) return undefined;
      return {
        type: 'SCHEDULE_CHILD_WORKFLOW',
        childExecutionName: `child-${roll(2)}`,
        childWorkflowExecutionId: roll(12) === 11 ? (anyOf(world.followed.keys()) ?? newChildId()) : newChildId(),
        kind: 'w',
        input: json(mark),
        queue: roll(4) === 3 ? 'other' : '',
        prioritySeconds: 0,
      };
    case 'cancel-child': {
      const childWorkflowExecutionId = anyOf(children.keys());
      if (childWorkflowExecutionId === undefined) return undefined;
      return {
        type: 'REQUEST_CANCEL_CHILD_WORKFLOW',
        childExecutionName: 'child',
        childWorkflowExecutionId,
        reason: mark,
      };
    }
    case 'signal-child':
      return {
        type: 'SIGNAL_CHILD_WORKFLOW',
        childWorkflowExecutionId: anyOf(children.keys()) ?? newChildId(),
        signalName: 'from-above',
        signalValue: json(mark),
      };
    case 'cancel-task': {
      const taskExecutionId = anyOf(tasks.keys());
      if (taskExecutionId === undefined) return undefined;
      return { type: 'REQUEST_CANCEL_TASK', taskExecutionId, reason: mark };
    }
    case 'request-cancellation':
      return { type: 'REQUEST_CANCELLATION', reason: mark };
    case 'again': {
      const before = pick(asked.get(world)?.get(id) ?? [], roll(20));
      return before !== undefined && 'input' in before ? { ...before, input: json(mark) } : before;
    }
  }
}

const policies: readonly Partial<RetryPolicy>[] = [
  {},
  { maxRetries: 0 },
  { maxRetries: 2, initialDelayMs: 1_000 },
  { maxRetries: 3, initialDelayMs: 4_000, maxDelayMs: 10_000, multiplier: 3 },
];

/** How a task is tried again and how much time it has: the same whenever it is asked for. */
export function planTask(world: World, id: string, roll: Dice): { retry: RetryPolicy; timeoutMs?: number } {
  const retry = { maxRetries: 3, initialDelayMs: 0, maxDelayMs: 86_400_000, multiplier: 2, ...policies[roll(4)] };
  const timeoutMs = [undefined, undefined, 60_000, 2_000][roll(4)];
  const plan = world.plans.get(id) ?? { retry, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
  world.plans.set(id, plan);
  return plan;
}

function writeTask(world: World, roll: Dice, mark: string): Command {
  const anothers = roll(12) === 11 ? pick([...world.plans.keys()], roll(20)) : undefined;
  const taskExecutionId = anothers ?? newTaskId();
  const plan = planTask(world, taskExecutionId, roll);
  const kind = roll(8) === 7 ? 'u' : 't';
  const queue = ['', 'other'][roll(4) === 3 ? 1 : 0] ?? '';
  return { type: 'SCHEDULE_TASK', taskExecutionId, kind, input: json(mark), queue, ...plan, ...keyed(world, roll) };
}

/** Now and then, one of the keys. */
function keyed(world: World, roll: Dice): { idempotencyKey?: string; idempotencyKeyTtlSeconds?: number } {
  const key = keyNames[roll(12)];
  if (key === undefined) return {};
  world.keys.isUsed = true;
  return { idempotencyKey: key, idempotencyKeyTtlSeconds: 20 };
}

function writeOutcome(roll: Dice, door: SentTurn['door'], mark: string): Outcome | undefined {
  const kind = roll(16);
  if (kind === 10 || kind === 11) return { type: 'COMPLETED', output: json(mark) };
  if (kind === 12 || kind === 13) return { type: 'FAILED', error: mark, stackTrace: '', failureType: failureOf(kind) };
  if (kind === 14 && door === 'session') return { type: 'CANCELLED', reason: mark };
  if (kind === 14) return undefined;
  if (door === 'unary') {
    const reason = roll(2) === 0 ? mark : `Waiting for task ${mark} to complete`;
    return { type: 'SUSPENDED', reason, waitingOn: [] };
  }
  const type = (['TASK', 'SIGNAL', 'TIMER'] as const)[roll(3)] ?? 'TASK';
  return { type: 'SUSPENDED', reason: mark, waitingOn: [{ type: `SUSPEND_TYPE_${type}` }] };
}

function failureOf(kind: number): string {
  return kind === 13 ? 'CANCELLED' : 'ERROR';
}
