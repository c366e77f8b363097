import type { Command, Json, Outcome } from '@flovyn/protocol';
import { toTurnCompleted } from '@flovyn/protocol/grpc';
import type { AnswerItem, RawWorker } from '@flovyn/testing';

/** Takes the next activation and answers it with these commands and this outcome. Resolves to the execution's id. */
export async function playTurn(
  worker: RawWorker,
  outcome: Outcome,
  commands: readonly Command[] = [],
): Promise<{ readonly id: string; readonly events: readonly string[]; readonly answer: AnswerItem }> {
  const { workflowExecutionId, claimToken, sequence, events } = await worker.next('activation');
  const head = {
    workflowExecutionId,
    claimToken,
    turnId: `turn-${sequence}`,
    seenSequence: sequence,
    speculative: false,
  };
  const answer = await worker.ask('turnCompleted', toTurnCompleted(head, commands, outcome));
  return { id: workflowExecutionId, events: events.map(({ eventType }) => eventType), answer };
}

/** The outcome of a turn that waits for a signal. */
export const waitingForSignal: Outcome = {
  type: 'SUSPENDED',
  reason: 'signal',
  waitingOn: [{ type: 'SUSPEND_TYPE_SIGNAL', name: 'go' }],
};

/** The outcome of a turn that is the last one. */
export function completed(output: unknown = null): Outcome {
  return { type: 'COMPLETED', output: JSON.stringify(output) as Json };
}

export const failed: Outcome = { type: 'FAILED', error: 'no luck', stackTrace: '', failureType: '' };
