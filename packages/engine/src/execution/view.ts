import type { RecordedEvent } from '@flovyn/protocol';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { LoadedExecution } from '../ports/store.js';
import type { TaskState } from '../task/state.js';
import { type Wait, waitName } from '../wait/state.js';
import type { WorkflowState } from './state.js';

/** One execution as decisions see it: a workflow with its open tasks and waits, or a standalone task on its own. */
export interface ExecutionView {
  readonly id: ExecutionId;
  readonly orgId: OrgId;
  readonly workflow: WorkflowState | undefined;
  readonly tasks: ReadonlyMap<TaskId, TaskState>;
  /** By {@link waitName}. */
  readonly waits: ReadonlyMap<string, Wait>;
  /** The history's last number. */
  readonly sequence: number;
}

/**
 * The working copy of one execution. Its records are immutable values; which record it holds, and its counters, move
 * when a batch is built. A batch that was not stored makes the copy worthless: it is dropped and read again.
 */
export interface Execution extends ExecutionView {
  readonly rootId: ExecutionId;
  readonly tasks: Map<TaskId, TaskState>;
  readonly waits: Map<string, Wait>;
  workflow: WorkflowState | undefined;
  version: number;
  sequence: number;
  seq: number;
  epoch: string;
  life: string;
  /** Whether the family's numbering is known to have begun. */
  hasFamily: boolean;
  /** Up to which entry they are known to be numbered in the family's stream: after a load, unknown. */
  countedTo: number | undefined;
  /** The newest facts, without holes, ending at `sequence`: what a worker that holds the instance still lacks. */
  tail: RecordedEvent[];
}

/** Longer than what one turn usually adds; older facts are read from the store. */
const TAIL_LENGTH = 64;
const TAIL_SLACK = 64;

export function remember(execution: Execution, event: RecordedEvent): void {
  execution.tail.push(event);
  // Cut seldom, so that the cost per fact stays flat.
  if (execution.tail.length > TAIL_LENGTH + TAIL_SLACK) execution.tail = execution.tail.slice(-TAIL_LENGTH);
}

/** The facts after `sequence`, or `undefined` when some of them are no longer remembered. */
export function factsAfter(execution: Execution, sequence: number): readonly RecordedEvent[] | undefined {
  const missing = execution.sequence - sequence;
  if (missing > execution.tail.length) return undefined;
  return missing <= 0 ? [] : execution.tail.slice(-missing);
}

export function fromLoaded(loaded: LoadedExecution): Execution {
  return {
    id: loaded.id,
    orgId: loaded.orgId,
    rootId: loaded.rootId,
    version: loaded.version,
    sequence: loaded.sequence,
    seq: loaded.seq,
    epoch: loaded.epoch,
    life: loaded.life,
    hasFamily: loaded.hasFamily,
    countedTo: undefined,
    workflow: loaded.workflow,
    tasks: new Map(loaded.tasks.map((task) => [task.id, task])),
    waits: new Map(loaded.waits.map((wait) => [waitName(wait), wait])),
    tail: [],
  };
}
