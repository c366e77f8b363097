import { ServiceError, limits } from '@flovyn/protocol';
import { type Circumstances, type OwnDecision, decidedAfter } from '../decision.js';
import type { Signal, Signalled } from '../engine.js';
import type { ExecutionId } from '../ids.js';
import { noExecution } from './refusals.js';
import { isTerminalWorkflow } from './state.js';
import { waking } from './waking.js';

/** A message into an execution. It is recorded in any status but a last one; each call is one signal. */
export function decideSignal(
  { execution }: Pick<Circumstances, 'execution'>,
  id: ExecutionId,
  { signalName, signalValue }: Signal,
): OwnDecision<Signalled> {
  const workflow = execution?.workflow;
  if (execution === undefined || workflow === undefined) throw noExecution(id);
  if (isTerminalWorkflow(workflow)) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `Execution ${id} is ${workflow.status} and takes no more signals. Start a new one, or signal with start.`,
    );
  }
  const received = workflow.signals ?? 0;
  if (received >= limits.signals) {
    throw new ServiceError(
      'RESOURCE_EXHAUSTED',
      `Execution ${id} has received ${received} signals; ${limits.signals} is the limit. Start a new execution.`,
      { limit: limits.signals, actual: received + 1 },
    );
  }
  if (execution.sequence >= limits.historyEvents) {
    throw new ServiceError(
      'FAILED_PRECONDITION',
      `The history of execution ${id} is full (${limits.historyEvents} events). Start a new execution.`,
    );
  }
  const resumed = workflow.status === 'WAITING';
  return decidedAfter([{ type: 'SIGNAL_RECEIVED', signalName, signalValue }, ...waking(execution)], (after) => ({
    sequence: after.sequence,
    resumed,
  }));
}
