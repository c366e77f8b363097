import { toBytes } from '../../wire/json-bytes.js';
import type { SessionStep, SessionVerdict } from '../vocabulary.js';
import type { Claim, SessionAnswer } from './session-worker.js';
import type { Stage } from './stage.js';

/** Does what a worker does over a session. */
export async function workInSession(step: SessionStep, stage: Stage, limit: AbortSignal): Promise<void> {
  const worker = stage.sessionWorker();
  if (step.do === 'session-take') {
    stage.claims.set(step.claim, await worker.take(stage.cast.idOf(step.task), limit));
    return;
  }
  const claim = stage.claims.get(step.claim);
  if (claim === undefined) throw new Error(`nothing was claimed as ${step.claim}`);
  const ref = refOf(claim);

  switch (step.do) {
    case 'session-say': {
      const entries = step.texts.map((text) => ({
        type: 'TOKEN' as const,
        payload: JSON.stringify({ type: 'token', text }),
        timestampMs: Date.now(),
      }));
      const answer = await worker.ask('attemptEntries', { ...ref, first: step.first, entries }, limit);
      return hold(answer, step.answer);
    }
    case 'session-complete': {
      const { entries, lost: lostEntries } = step;
      const end = { ...ref, output: toBytes('done'), entries, lostEntries, speculation: undefined };
      return hold(await worker.ask('attemptCompleted', end, limit), step.answer);
    }
    case 'session-fail': {
      const { entries, error } = step;
      const end = { ...ref, error, retryable: true, entries, cancelled: false, lostEntries: 0, speculation: undefined };
      return hold(await worker.ask('attemptFailed', end, limit));
    }
  }
}

function refOf({ taskExecutionId, workflowExecutionId, claimToken }: Claim) {
  return { taskExecutionId, workflowExecutionId, claimToken };
}

/** @throws {Error} when the server did not answer as it should. */
function hold(answer: SessionAnswer, wanted: SessionVerdict | 'accepted' = 'accepted'): void {
  if (wanted === 'either' || answer.$case === wanted) return;
  const why = answer.$case === 'refused' ? `: ${answer.code} ${answer.message}` : '';
  throw new Error(`it was ${answer.$case}${why}`);
}
