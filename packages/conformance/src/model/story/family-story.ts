import type { ExecutionId, StreamEntry } from '@flovyn/engine';
import type { FlovynEvent } from '@flovyn/events';
import { holds } from '../violation.js';

/** What the stream of a whole family tells: the streams of its members, in one order that could have been. */
export class FamilyStory {
  /** The last number that was read. */
  seq = 0;
  readonly #root: ExecutionId;
  readonly #seqOf = new Map<ExecutionId, number>();
  readonly #askedFor = new Set<string>();
  readonly #over = new Set<string>();

  constructor(root: ExecutionId) {
    this.#root = root;
  }

  /** How far it has told the stream of one member. */
  seqOf(id: ExecutionId): number {
    return this.#seqOf.get(id) ?? 0;
  }

  hear(entry: StreamEntry): void {
    const { executionId, seq, inFamily } = entry;
    const where = (): string =>
      `entry ${seq} of ${executionId}, number ${inFamily?.seq} of the family of ${this.#root},`;
    holds(inFamily?.seq === this.seq + 1, 'R17', () => `${where()} follows number ${this.seq}`);
    holds(seq === this.seqOf(executionId) + 1, 'R17', () => `${where()} follows ${this.seqOf(executionId)}`);
    const isAskedFor = executionId === this.#root || this.#askedFor.has(executionId);
    holds(isAskedFor, 'R17', () => `${where()} comes before its parent asked for it`);
    this.seq += 1;
    this.#seqOf.set(executionId, seq);
    if (entry.terminal === true) this.#over.add(executionId);
    const event = JSON.parse(entry.event) as FlovynEvent;
    if (event.type !== 'Event') return;
    if (event.event === 'CHILD_WORKFLOW_INITIATED') this.#askedFor.add(event.data.childWorkflowId);
    const isTold = event.event !== 'CHILD_WORKFLOW_COMPLETED' || this.#over.has(event.data.childWorkflowId);
    holds(isTold, 'R17', () => `${where()} tells of an end that has not come`);
  }
}
