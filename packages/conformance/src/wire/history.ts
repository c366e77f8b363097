import type { Caller } from './caller.js';
import { fromBytes } from './json-bytes.js';

/** One fact of a history, as a foreign worker reads it. */
export interface HistoryLine {
  readonly sequence: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const TERMINAL: readonly string[] = ['WORKFLOW_COMPLETED', 'WORKFLOW_EXECUTION_FAILED', 'WORKFLOW_CANCELLED'];

export function isTerminal({ type }: HistoryLine): boolean {
  return TERMINAL.includes(type);
}

/** The whole history, as every worker fetches it at the beginning of each turn. */
export async function readHistory(caller: Caller, workflowExecutionId: string): Promise<HistoryLine[]> {
  const { events } = await caller.getEvents({ workflowExecutionId });
  return events.map(({ sequenceNumber, eventType, eventData }) => ({
    sequence: sequenceNumber,
    type: eventType,
    data: fromBytes(eventData) as HistoryLine['data'],
  }));
}
