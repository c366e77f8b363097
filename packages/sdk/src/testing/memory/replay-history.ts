import type { Command } from '@flovyn/protocol';
import { DeterminismViolation } from '../../errors.js';
import { loggerTo } from '../../log.js';
import { Replayer } from '../../replay/replayer.js';
import { serialize } from '../../serde.js';
import type { WorkflowDefinition } from '../../types.js';
import { type TestHistoryEvent, type WorkflowEnding, toWorkflowEnding } from './records.js';

/** What the code makes of a history. */
export interface ReplayedHistory {
  /** What it asks for beyond the history. */
  readonly commands: readonly Command[];
  /** Where it stands. */
  readonly ending: WorkflowEnding;
}

/** An event of `executionHistory()`, of a `WorkflowTestBuilder`, or of `client.getWorkflowEvents()`. */
export type ReplayableEvent = Pick<TestHistoryEvent, 'sequence' | 'data'> & {
  readonly eventType: string;
  readonly timestamp: Date | string | number;
};

/** Options of {@link replayHistory}. */
export interface ReplayHistoryOptions {
  /** The id of the recorded execution, for its random numbers come from it; some id when absent. */
  workflowExecutionId?: string | undefined;
}

const SOME_ID = '550e8400-e29b-41d4-a716-446655440000';

/**
 * Plays today's code of a workflow against a history: one that was recorded, or one that was built. Neither tasks nor
 * bodies of `ctx.run` are run; an operation that the history does not have ends the replay there.
 *
 * @throws {DeterminismViolation} when the code does not do what the history says.
 * @example
 *   import { replayHistory } from '@flovyn/sdk/testing';
 *
 *   const id = '0191f80f-aea2-7677-8720-91c825f9b7ff';
 *   const history = await client.getWorkflowEvents(id);
 *   const { ending } = await replayHistory(orderWorkflow, history, { workflowExecutionId: id });
 */
export async function replayHistory<I, O>(
  definition: WorkflowDefinition<I, O>,
  history: readonly ReplayableEvent[],
  { workflowExecutionId = SOME_ID }: ReplayHistoryOptions = {},
): Promise<ReplayedHistory> {
  const replayer = new Replayer({ workflowExecutionId, definition, logger: loggerTo(() => undefined) });
  replayer.read(
    history.map(({ sequence, eventType, timestamp, data }) => ({
      sequence,
      type: eventType,
      data: serialize(data),
      timestampMs: new Date(timestamp).getTime(),
    })),
  );
  const isPlayed = await replayer.play(() => Promise.resolve(false));
  const { commands, outcome } = replayer.takeTurn();
  if (outcome.type === 'FAILED' && outcome.failureType === 'DETERMINISM_VIOLATION') {
    throw new DeterminismViolation(outcome.error.replace(/^Determinism violation: /, ''));
  }
  const ending: WorkflowEnding = isPlayed ? toWorkflowEnding(outcome) : { status: 'PENDING' };
  return { commands, ending };
}
