import type { Command, Outcome } from '@flovyn/protocol';
import type { Change } from '../change.js';
import type { TaskId } from '../ids.js';
import type { WaitRef } from '../wait/state.js';

type Needs = Required<Pick<Change<unknown>, 'newTaskIds' | 'newWaits' | 'keys' | 'bytes'>>;

/** What a turn may create or ask for, and how much it holds. */
export function needsOf(turn: {
  readonly commands: readonly Command[];
  readonly outcome?: Outcome | undefined;
}): Needs {
  const newTaskIds: TaskId[] = [];
  const newWaits: WaitRef[] = [];
  const keys: string[] = [];
  let bytes = turn.outcome?.type === 'COMPLETED' ? turn.outcome.output.length : 0;
  for (const command of turn.commands) {
    switch (command.type) {
      case 'SCHEDULE_TASK':
        newTaskIds.push(command.taskExecutionId as TaskId);
        if (command.idempotencyKey !== undefined) keys.push(command.idempotencyKey);
        bytes += command.input.length;
        break;
      case 'START_TIMER':
        newWaits.push({ type: 'timer', key: command.timerId });
        break;
      case 'CREATE_PROMISE':
        newWaits.push({ type: 'promise', key: command.promiseName });
        if (command.idempotencyKey !== undefined) keys.push(command.idempotencyKey);
        break;
      case 'SCHEDULE_CHILD_WORKFLOW':
        newWaits.push({ type: 'child', key: command.childWorkflowExecutionId });
        bytes += command.input.length;
        break;
      case 'RECORD_OPERATION':
        bytes += command.result.length;
        break;
      case 'SET_STATE':
      case 'RESOLVE_PROMISE':
        bytes += command.value.length;
        break;
      case 'SIGNAL_CHILD_WORKFLOW':
        bytes += command.signalValue.length;
        break;
      default:
        break;
    }
  }
  return { newTaskIds, newWaits, keys, bytes };
}
