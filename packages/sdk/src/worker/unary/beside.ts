import { type TurnCompleted, type WorkflowCommand } from '@flovyn/protocol/grpc';
import { toError } from '../../errors.js';
import type { WorkParts } from './work-parts.js';

type Wish = NonNullable<WorkflowCommand['commandData']>;

/**
 * Does by calls of their own what a server of another make passes over in a turn: cancelling a task and signalling a child.
 * The turn is stored by then, so what fails here is only logged.
 */
export async function carryOutBeside(
  parts: Pick<WorkParts, 'call' | 'logger'>,
  orgId: string,
  { workflowExecutionId, commands }: Pick<TurnCompleted, 'workflowExecutionId' | 'commands'>,
): Promise<void> {
  for (const { commandType, commandData } of commands) {
    if (commandData === undefined) continue;
    try {
      await carryOut(parts, orgId, commandData);
    } catch (error) {
      const what = `${commandType} of execution ${workflowExecutionId}`;
      parts.logger.warn(`${what} was not carried out: ${toError(error).message}`);
    }
  }
}

async function carryOut({ call, logger }: Pick<WorkParts, 'call' | 'logger'>, orgId: string, wish: Wish) {
  switch (wish.$case) {
    case 'requestCancelTask':
      await call('cancelTask', { taskExecutionId: wish.value.taskExecutionId });
      return;
    case 'signalChildWorkflow': {
      const { childWorkflowExecutionId: workflowExecutionId, signalName, signalValue } = wish.value;
      await call('signalWorkflow', { orgId, workflowExecutionId, signalName, signalValue });
      return;
    }
    case 'requestCancellation':
      logger.warn('This server knows no workflow that cancels itself: the wish has no effect');
      return;
    default:
  }
}
