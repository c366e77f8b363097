import { randomUUID } from 'node:crypto';
import {
  CommandType,
  ScheduleTaskCommand,
  SubmitWorkflowCommandsRequest,
  SuspendWorkflowCommand,
  type WorkflowCommand,
  type WorkflowEvent,
  type WorkflowExecution,
  WorkflowStatus,
} from '@flovyn/protocol/grpc';
import { echo } from '../work.js';

/** A turn of the one-task workflow, played as a worker does that has nothing but the history it has just fetched. */
export function playTurn({ id, input }: WorkflowExecution, events: readonly WorkflowEvent[]) {
  const done = events.find(({ eventType }) => eventType === 'TASK_COMPLETED');
  const first = events.length + 1;
  const submit = (status: WorkflowStatus, commands: readonly Omit<WorkflowCommand, 'sequenceNumber'>[]) =>
    SubmitWorkflowCommandsRequest.fromPartial({
      workflowExecutionId: id,
      status,
      commands: commands.map((command, index) => ({ ...command, sequenceNumber: first + index })),
    });

  if (done !== undefined) {
    const { output } = JSON.parse(Buffer.from(done.eventData).toString()) as { output: unknown };
    return submit(WorkflowStatus.COMPLETED, [complete(output)]);
  }
  // Published workers derive the id from the execution; a random one costs its index just as much.
  const taskId = randomUUID();
  return submit(WorkflowStatus.SUSPENDED, [schedule(taskId, input), suspend(`Waiting for task ${taskId} to complete`)]);
}

function schedule(taskExecutionId: string, input: Uint8Array): Omit<WorkflowCommand, 'sequenceNumber'> {
  const value = ScheduleTaskCommand.fromPartial({ kind: echo.name, taskExecutionId, input });
  return { commandType: CommandType.SCHEDULE_TASK, commandData: { $case: 'scheduleTask', value } };
}

function suspend(reason: string): Omit<WorkflowCommand, 'sequenceNumber'> {
  const value = SuspendWorkflowCommand.fromPartial({ reason });
  return { commandType: CommandType.SUSPEND_WORKFLOW, commandData: { $case: 'suspendWorkflow', value } };
}

function complete(output: unknown): Omit<WorkflowCommand, 'sequenceNumber'> {
  const value = { output: Buffer.from(JSON.stringify(output)) };
  return { commandType: CommandType.COMPLETE_WORKFLOW, commandData: { $case: 'completeWorkflow', value } };
}
