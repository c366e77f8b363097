import { type Json, ServiceError } from '@flovyn/protocol';
import { type ExecutionEnded, type WorkflowEvent, fromJsonBytes, serverItem, toJsonBytes } from '@flovyn/protocol/grpc';
import { type FactData, canonicalType, textOf, valueOf } from '../../replay/fact.js';
import type { WorkParts } from './work-parts.js';

/** How long after one look at all awaited executions the next one begins. */
const LOOK_AGAIN_MS = 500;

/** Waits for the ends of executions by looking into their histories: no call tells of them. */
export class Results {
  readonly #parts: Pick<WorkParts, 'call' | 'tell'>;
  readonly #awaited = new Set<string>();
  #next: NodeJS.Timeout | undefined;
  #isLooking = false;

  constructor(parts: Pick<WorkParts, 'call' | 'tell'>) {
    this.#parts = parts;
  }

  await(workflowExecutionId: string): void {
    this.#awaited.add(workflowExecutionId);
    void this.#lookAt(workflowExecutionId);
    if (!this.#isLooking) this.#lookLater();
  }

  /** The execution has probably ended just now. */
  hint(workflowExecutionId: string): void {
    void this.#lookAt(workflowExecutionId);
  }

  /** Nobody waits any more, or somebody else looks. */
  clear(): void {
    this.#awaited.clear();
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  #lookLater(): void {
    this.#next ??= setTimeout(() => {
      this.#next = undefined;
      void this.#lookAtAll();
    }, LOOK_AGAIN_MS);
  }

  /** One after the other: who waits for many results must not keep the server from making them. */
  async #lookAtAll(): Promise<void> {
    this.#isLooking = true;
    for (const id of this.#awaited) await this.#lookAt(id);
    this.#isLooking = false;
    if (this.#awaited.size > 0) this.#lookLater();
  }

  async #lookAt(id: string): Promise<void> {
    if (!this.#awaited.has(id)) return;
    try {
      const { events } = await this.#parts.call('getEvents', { workflowExecutionId: id });
      const end = endOf(id, events);
      if (end !== undefined) this.#tell(end);
    } catch (error) {
      // Whatever else it is, the next look may succeed.
      const { code } = ServiceError.from(error);
      if (code === 'NOT_FOUND') this.#tell({ ...end(id, 'WORKFLOW_STATUS_UNSPECIFIED'), refused: code });
    }
  }

  #tell(ended: ExecutionEnded): void {
    if (this.#awaited.delete(ended.workflowExecutionId)) this.#parts.tell(serverItem('executionEnded', ended));
  }
}

/** How an execution has ended, if it has: one that was retried goes on after its end. */
export function endOf(workflowExecutionId: string, events: readonly WorkflowEvent[]): ExecutionEnded | undefined {
  for (const { eventType, eventData } of events.toReversed()) {
    const data = (): FactData => JSON.parse(fromJsonBytes(eventData)) as FactData;
    switch (canonicalType(eventType)) {
      case 'RETRY_REQUESTED':
        return undefined;
      case 'WORKFLOW_COMPLETED': {
        const output = toJsonBytes(JSON.stringify(valueOf(data(), 'output', 'result')) as Json);
        return { ...end(workflowExecutionId, 'COMPLETED'), output };
      }
      case 'WORKFLOW_EXECUTION_FAILED':
        return { ...end(workflowExecutionId, 'FAILED'), error: textOf(data(), 'error') };
      case 'WORKFLOW_CANCELLED':
        return { ...end(workflowExecutionId, 'CANCELLED'), error: textOf(data(), 'reason') };
      default:
    }
  }
  return undefined;
}

function end(workflowExecutionId: string, status: ExecutionEnded['status']): ExecutionEnded {
  return { workflowExecutionId, status };
}
