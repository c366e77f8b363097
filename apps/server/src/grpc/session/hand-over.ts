import type { HandOver, Replay } from '@flovyn/engine';
import { type Activation, type ServerItem, serverItem, toJsonBytes, toSessionEvent } from '@flovyn/protocol/grpc';

/** Work for a worker, as the session carries it. */
export function handOverItem(work: HandOver): ServerItem {
  switch (work.type) {
    case 'activation':
      return serverItem('activation', {
        workflowExecutionId: work.executionId,
        claimToken: work.token,
        kind: work.kind,
        orgId: work.orgId,
        queue: work.queue,
        input: work.input === undefined ? undefined : toJsonBytes(work.input),
        workflowVersion: work.workflowVersion,
        afterSequence: work.afterSequence,
        events: work.events.map(toSessionEvent),
        sequence: work.sequence,
        createdAtMs: work.createdAt,
        parentWorkflowExecutionId: work.parentId,
        traceparent: '',
      });
    case 'task':
      return serverItem('taskAssigned', {
        taskExecutionId: work.taskId,
        workflowExecutionId: work.workflowExecutionId ?? '',
        claimToken: work.token,
        kind: work.kind,
        input: toJsonBytes(work.input),
        attempt: work.attempt,
        maxRetries: work.maxRetries,
        timeoutMs: work.timeoutMs,
        queue: work.queue,
        traceparent: '',
      });
    case 'attempt-cancelled':
      return serverItem('attemptCancelled', {
        taskExecutionId: work.taskId,
        claimToken: work.token,
        reason: work.reason,
      });
    case 'query':
      return serverItem('query', {
        queryId: work.queryId,
        workflowExecutionId: work.executionId,
        queryName: work.name,
        params: toJsonBytes(work.params),
        replay: work.replay === undefined ? undefined : toReplay(work.executionId, work.replay),
      });
  }
}

/** What a claim's activation says, without the claim. */
function toReplay(workflowExecutionId: string, replay: Replay): Activation {
  return {
    workflowExecutionId,
    claimToken: '',
    kind: replay.kind,
    orgId: replay.orgId,
    queue: replay.queue,
    input: toJsonBytes(replay.input),
    workflowVersion: replay.workflowVersion,
    afterSequence: 0,
    events: replay.events.map(toSessionEvent),
    sequence: replay.events.at(-1)?.sequence ?? 0,
    createdAtMs: replay.createdAt,
    parentWorkflowExecutionId: replay.parentId,
    traceparent: '',
  };
}
