import { type Json, type Outcome, ServiceError, parseInteger, parseText } from '@flovyn/protocol';
import { fromTurnCompleted, serverItem, toJsonBytes, toSessionEvent } from '@flovyn/protocol/grpc';
import type { Result } from '../results.js';
import { type ItemHandlers, execution } from './context.js';

/** A page of history ends with the event that reaches either. */
const PAGE_EVENTS = 1_000;
const PAGE_BYTES = 2 * 1_024 * 1_024;

/** What a worker says about workflow turns and instances. */
export const turnItems: ItemHandlers<'turnCompleted' | 'turnReleased' | 'historyWanted' | 'instanceDropped'> = {
  async turnCompleted({ session, orgId, results }, turn) {
    const executionId = execution(turn.workflowExecutionId);
    const { commands, outcome } = fromTurnCompleted(turn);
    if (outcome === undefined) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        'A turn must say how it ended: SUSPENDED, COMPLETED, FAILED or CANCELLED.',
      );
    }
    const { sequence } = await session.completeTurn({
      executionId,
      token: turn.claimToken,
      turnId: turn.turnId,
      seenSequence: turn.seenSequence,
      commands,
      outcome,
      speculative: turn.speculative,
    });
    const result = resultOf(outcome);
    if (result !== undefined) results.known(orgId, executionId, result);
    return { $case: 'turn', value: { sequence } };
  },

  async turnReleased({ session }, { workflowExecutionId, claimToken, reason }) {
    await session.releaseTurn({
      executionId: execution(workflowExecutionId),
      token: claimToken,
      reason: parseText(reason, 'reason'),
    });
    return undefined;
  },

  async historyWanted({ session, send }, { workflowExecutionId, claimToken, afterSequence }) {
    const executionId = execution(workflowExecutionId);
    const history = await session.history({
      executionId,
      token: claimToken,
      after: parseInteger(afterSequence, 'after_sequence', 0, Number.MAX_SAFE_INTEGER),
      limit: PAGE_EVENTS,
    });
    const events = history.events.slice(0, fitting(history.events));
    const end = events.at(-1)?.sequence ?? afterSequence;
    send(
      serverItem('historyPage', {
        workflowExecutionId: executionId,
        claimToken,
        afterSequence,
        events: events.map(toSessionEvent),
        last: end >= history.sequence,
        input: afterSequence === 0 ? toJsonBytes(history.input) : undefined,
      }),
    );
    return undefined;
  },

  instanceDropped({ session }, { workflowExecutionId }) {
    session.dropInstance(execution(workflowExecutionId));
  },
};

function resultOf(outcome: Outcome): Result | undefined {
  switch (outcome.type) {
    case 'COMPLETED':
      return { status: 'COMPLETED', output: outcome.output };
    case 'FAILED':
      return { status: 'FAILED', error: outcome.error };
    case 'CANCELLED':
      return { status: 'CANCELLED', error: outcome.reason };
    case 'SUSPENDED':
      return undefined;
  }
}

/** How many events make a page: at least one, or there would be no getting on. */
function fitting(events: readonly { readonly data: Json }[]): number {
  let bytes = 0;
  const over = events.findIndex(({ data }) => (bytes += data.length) >= PAGE_BYTES);
  return over === -1 ? events.length : over + 1;
}
