import type { ExecutionId, TaskId } from '../ids.js';
import type { FlovynEvent } from '../types.js';

/** Whose output a plain value of a consolidated stream is. */
export interface PlainOrigin {
  /** Absent for a task without a workflow. */
  readonly workflowExecutionId?: ExecutionId | undefined;
  /** Absent for what no agent has made. */
  readonly agentExecutionId?: ExecutionId | undefined;
  /** Absent for news that is about no task. */
  readonly taskExecutionId?: TaskId | undefined;
}

/**
 * The text of an event's `data:` in the plain format: a token's text, a progress number, the author's JSON, an error's
 * message. News has no plainer form than its JSON.
 */
export function plainData(event: FlovynEvent): string {
  switch (event.type) {
    case 'token':
      return event.text;
    case 'error':
      return event.message;
    case 'progress':
    case 'data':
    case 'Event':
      return JSON.stringify(plainValue(event));
  }
}

/** The plain format of a consolidated stream: the bare value as JSON, wrapped in whose it is. */
export function consolidatedPlainData(origin: PlainOrigin, event: FlovynEvent): string {
  return JSON.stringify({ ...origin, data: plainValue(event) });
}

function plainValue(event: FlovynEvent): unknown {
  switch (event.type) {
    case 'token':
      return event.text;
    case 'progress':
      return event.progress;
    case 'data':
      return event.data;
    case 'error':
      return event.message;
    case 'Event':
      return event;
  }
}
