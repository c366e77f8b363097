import { isDeepStrictEqual } from 'node:util';
import type { Command } from '@flovyn/protocol';
import { deserialize } from '../src/serde.js';
import type { Turn } from '../src/replay/replayer.js';
import { asRead } from './recorder.js';
import type { Call } from './scenario.js';

/**
 * Whether a command is what a call leads to.
 *
 * @param idOf - the id that the code's own one stands for in the file.
 */
export function isCommandOf(call: Call, command: Command, idOf: (own: string) => string): boolean {
  switch (call.type) {
    case 'ScheduleTask':
      return command.type === 'SCHEDULE_TASK' && same(call.kind, command.kind) && holds(call, 'input', command.input);
    case 'ScheduleChildWorkflow':
      return (
        command.type === 'SCHEDULE_CHILD_WORKFLOW' &&
        same(call.name, command.childExecutionName) &&
        same(call.kind, command.kind) &&
        holds(call, 'input', command.input)
      );
    case 'StartTimer':
      return (
        command.type === 'START_TIMER' &&
        same(call.timerId, command.timerId) &&
        same(call.durationMs, command.durationMs)
      );
    case 'CancelTimer':
      return command.type === 'CANCEL_TIMER' && call.timerId === command.timerId;
    case 'RequestCancelTask':
      return command.type === 'REQUEST_CANCEL_TASK' && call.id === idOf(command.taskExecutionId);
    case 'RequestCancelChildWorkflow':
      return command.type === 'REQUEST_CANCEL_CHILD_WORKFLOW' && call.id === idOf(command.childWorkflowExecutionId);
    case 'RecordOperation':
      return (
        command.type === 'RECORD_OPERATION' &&
        call.name === command.operationName &&
        holds(call, 'result', command.result)
      );
    case 'CreatePromise':
      return (
        command.type === 'CREATE_PROMISE' &&
        call.name === command.promiseName &&
        same(call.timeoutMs, command.timeoutMs)
      );
    case 'SetState':
      return command.type === 'SET_STATE' && call.key === command.key && holds(call, 'value', command.value);
    case 'ClearState':
      return command.type === 'CLEAR_STATE' && call.key === command.key;
    default:
      return false;
  }
}

/** Whether an execution stands where a call says that it ends; without a call, it must not have ended. */
export function isOutcomeOf(call: Call | undefined, outcome: Turn['outcome']): boolean {
  switch (call?.type) {
    case 'CompleteWorkflow':
      return outcome.type === 'COMPLETED' && holds(call, 'output', outcome.output);
    case 'FailWorkflow':
      return outcome.type === 'FAILED' && outcome.failureType === 'ERROR' && same(call.error, outcome.error);
    case 'CancelWorkflow':
      return outcome.type === 'CANCELLED' && same(call.reason, outcome.reason);
    default:
      return outcome.type === 'SUSPENDED';
  }
}

/** Absent members are not compared. */
function same(expected: unknown, actual: unknown): boolean {
  return expected === undefined || expected === actual;
}

function holds<Key extends string>(call: { readonly [K in Key]?: unknown }, key: Key, json: string): boolean {
  return !Object.hasOwn(call, key) || isDeepStrictEqual(asRead(call[key]), deserialize(json));
}
