import { suspendType } from '@flovyn/events';
import { wholeNumber } from '../durations.js';
import { ChildWorkflowFailed, FlovynError, WorkflowCancelled } from '../errors.js';
import { serialize } from '../serde.js';
import type { ChildWorkflowOptions } from '../types.js';
import type { Core } from './core.js';
import { type Fact, type FactData, textOf, valueOf } from './fact.js';
import type { Settlement, Wait } from './pending.js';

interface RecordedChild {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly kind: string | undefined;
}

interface RecordedSignal {
  readonly signalName: string | undefined;
}

export interface StartedChild {
  readonly id: string;
  readonly wait: Wait;
}

/** The child workflows of an execution. */
export class Children {
  readonly #core: Core;
  readonly #class;
  readonly #signals;
  /** Open children with their names, oldest first. */
  readonly #open = new Map<string, string>();
  readonly #knownEnd = new Set<string>();
  readonly #cancelRecorded = new Set<string>();
  readonly #cancelled = new Set<string>();
  readonly #named = new Map<string, number>();

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<RecordedChild>();
    this.#signals = core.commandClass<RecordedSignal>();
  }

  start(kind: string, input: unknown, options: ChildWorkflowOptions): StartedChild {
    this.#core.assertWorkflow(`ctx.scheduleWorkflow('${kind}')`);
    // Checked before anything is counted: a refused call leaves no trace, on a replay too.
    const prioritySeconds = wholeNumber(options.prioritySeconds ?? 0, 'prioritySeconds');
    const inputJson = serialize(input);
    const derived = this.#core.ids.next();
    const name = options.name ?? this.#nextName(kind);
    const { index, recorded } = this.#class.call();
    this.#compare(index, 'name', recorded?.name, name);
    this.#compare(index, 'kind', recorded?.kind, kind);
    const id = recorded?.id ?? derived;
    if (recorded === undefined) {
      this.#class.issue({ id, name, kind });
      this.#core.commands.push({
        type: 'SCHEDULE_CHILD_WORKFLOW',
        childExecutionName: name,
        childWorkflowExecutionId: id,
        kind,
        input: inputJson,
        queue: options.queue ?? '',
        prioritySeconds,
      });
    }
    const wait = this.#core.waits.open(keyOf(id), { type: suspendType.CHILD_WORKFLOW, name, id });
    if (!wait.isSettled) this.#open.set(id, name);
    return { id, wait };
  }

  /** Asks an open child to end, once. A child has one such request at most, so that its id finds the record. */
  requestCancel(id: string, reason: string): void {
    const name = this.#open.get(id);
    if (name === undefined || this.#cancelled.has(id)) return;
    this.#core.assertWorkflow('child.cancel()');
    this.#cancelled.add(id);
    if (this.#knownEnd.has(id) || this.#cancelRecorded.has(id)) return;
    this.#core.commands.push({
      type: 'REQUEST_CANCEL_CHILD_WORKFLOW',
      childExecutionName: name,
      childWorkflowExecutionId: id,
      reason,
    });
  }

  requestCancelAll(reason: string): void {
    for (const id of this.#open.keys()) this.requestCancel(id, reason);
  }

  /** Sends an open child a signal. Whether it will be there to hear it decides nothing: what the code knows does. */
  signal(id: string, signalName: string, payload: unknown): void {
    this.#core.assertWorkflow(`child.signal('${signalName}')`);
    if (!this.#open.has(id)) {
      throw new FlovynError(`Signal "${signalName}" to child ${id}: it has ended and takes no more signals`);
    }
    const signalValue = serialize(payload);
    if (this.#signals.call().recorded !== undefined) return;
    this.#signals.issue({ signalName });
    this.#core.commands.push({
      type: 'SIGNAL_CHILD_WORKFLOW',
      childWorkflowExecutionId: id,
      signalName,
      signalValue,
    });
  }

  recordInitiated(fact: Fact): void {
    this.#class.record({
      id: idOf(fact.data),
      name: nameOf(fact.data),
      kind: textOf(fact.data, 'childWorkflowKind', 'child_workflow_kind', 'kind') || undefined,
    });
  }

  recordCancelRequested(fact: Fact): void {
    const id = idOf(fact.data);
    if (id !== undefined) this.#cancelRecorded.add(id);
  }

  recordSignalled(fact: Fact): void {
    this.#signals.record({ signalName: textOf(fact.data, 'signalName') });
  }

  recordEnd(fact: Fact): void {
    const id = idOf(fact.data);
    if (id !== undefined) this.#knownEnd.add(id);
  }

  deliverEnd(fact: Fact): boolean {
    const id = idOf(fact.data) ?? this.#oldestNamed(nameOf(fact.data));
    if (id === undefined) return false;
    this.#open.delete(id);
    return this.#core.waits.settle(keyOf(id), settlement(fact, id, this.#cancelled.has(id)));
  }

  #compare(sequence: number, field: 'name' | 'kind', expected: string | undefined, actual: string): void {
    if (expected === undefined || expected === actual) return;
    this.#core.violate({ type: 'ChildWorkflowMismatch', sequence, field, expected, actual });
  }

  #nextName(kind: string): string {
    const k = (this.#named.get(kind) ?? 0) + 1;
    this.#named.set(kind, k);
    return `${kind}-${k}`;
  }

  #oldestNamed(name: string | undefined): string | undefined {
    for (const [id, openName] of this.#open) if (openName === name) return id;
    return undefined;
  }
}

function keyOf(id: string): string {
  return `child:${id}`;
}

function idOf(data: FactData): string | undefined {
  return textOf(data, 'childExecutionId', 'childWorkflowExecutionId', 'childworkflowExecutionId', 'child_execution_id');
}

function nameOf(data: FactData): string | undefined {
  return textOf(data, 'childExecutionName', 'childWorkflowName', 'child_workflow_name', 'name');
}

function settlement(fact: Fact, id: string, cancelledHere: boolean): Settlement {
  if (fact.type === 'CHILD_WORKFLOW_COMPLETED') return { value: valueOf(fact.data, 'result', 'output') };
  const wasCancelled = fact.type === 'CHILD_WORKFLOW_CANCELLED' || fact.data['cancelled'] === true;
  const reason = textOf(fact.data, 'reason', 'error') || undefined;
  // Ended because its parent asked: part of the parent's own cancellation. Otherwise it is the child that failed us.
  if (wasCancelled && cancelledHere) {
    return { error: new WorkflowCancelled(`Child workflow ${id} was cancelled`, reason) };
  }
  if (fact.type === 'CHILD_WORKFLOW_FAILED') return { error: new ChildWorkflowFailed(id, reason ?? 'Unknown') };
  return { error: new ChildWorkflowFailed(id, reason === undefined ? 'cancelled' : `cancelled: ${reason}`) };
}
