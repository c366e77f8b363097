import {
  type ForeignCommand,
  cancelTimer,
  cancelWorkflow,
  clearState,
  completeWorkflow,
  createPromise,
  failWorkflow,
  recordOperation,
  scheduleChild,
  scheduleTask,
  setState,
  startTimer,
  suspendWorkflow,
} from '../../wire/commands.js';
import type { TurnEnd, Wish } from '../vocabulary.js';
import type { Cast } from './cast.js';

/** How the wire says that a turn ends, and the command that says it too. */
const ENDS = {
  complete: { status: 'COMPLETED', command: () => completeWorkflow('done') },
  fail: { status: 'FAILED', command: () => failWorkflow('it failed') },
  cancel: { status: 'CANCELLED', command: () => cancelWorkflow('it was asked to') },
  suspend: { status: 'SUSPENDED', command: (reason?: string) => reason && suspendWorkflow(reason) },
} as const satisfies Record<TurnEnd, object>;

export function statusOf(end: TurnEnd) {
  return ENDS[end].status;
}

/** What a worker sends for a turn. */
export function commandsOf(wishes: readonly Wish[], end: TurnEnd, reason: string | undefined, cast: Cast) {
  const last = ENDS[end].command(reason);
  return [...wishes.map((wish) => commandOf(wish, cast)), ...(last ? [last] : [])];
}

function commandOf(wish: Wish, cast: Cast): ForeignCommand {
  switch (wish.want) {
    case 'task': {
      const { name, maxRetries } = wish;
      return scheduleTask(cast.idOf(name), { kind: cast.kindOf(name), queue: cast.queue, maxRetries });
    }
    case 'child':
      return scheduleChild(wish.name, cast.idOf(wish.name), { kind: cast.kindOf(wish.name), queue: cast.queue });
    case 'timer':
      return startTimer(wish.name, wish.ms);
    case 'timer-cancelled':
      return cancelTimer(wish.name);
    case 'promise':
      return createPromise(wish.name, wish.timeoutMs === undefined ? {} : { timeoutMs: wish.timeoutMs });
    case 'operation':
      return recordOperation(wish.name, 'recorded');
    case 'state':
      return setState(wish.key, wish.value);
    case 'state-cleared':
      return clearState(wish.key);
  }
}
