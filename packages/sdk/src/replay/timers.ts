import { suspendType } from '@flovyn/events';
import { FlovynError, WorkflowCancelled } from '../errors.js';
import type { Core } from './core.js';
import { type Fact, textOf } from './fact.js';
import type { Wait } from './pending.js';

interface RecordedTimer {
  readonly id: string | undefined;
}

export interface StartedTimer {
  readonly id: string;
  readonly wait: Wait<void>;
}

/** The durable timers of an execution. */
export class Timers {
  readonly #core: Core;
  readonly #class;
  readonly #knownEnd = new Set<string>();
  /** Of the timers the code has started. */
  readonly #ids = new Set<string>();
  #named = 0;

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<RecordedTimer>();
  }

  start(durationMs: number, explicitId?: string): StartedTimer {
    this.#core.assertWorkflow('ctx.sleep');
    if (explicitId === undefined) this.#named += 1;
    // The server knows a timer by its id: it would take the second one for the first.
    else if (this.#ids.has(explicitId)) {
      throw new FlovynError(`A timer with the id "${explicitId}" exists in this execution already; give each its own`);
    }
    const { index, recorded } = this.#class.call();
    if (recorded?.id !== undefined && explicitId !== undefined && recorded.id !== explicitId) {
      this.#core.violate({ type: 'TimerIdMismatch', sequence: index, expected: recorded.id, actual: explicitId });
    }
    // A generated id is adopted from history: engines before us named their timers in other ways.
    const id = recorded?.id ?? explicitId ?? this.#nextId();
    this.#ids.add(id);
    if (recorded === undefined) {
      this.#class.issue({ id });
      this.#core.commands.push({ type: 'START_TIMER', timerId: id, durationMs });
    }
    return { id, wait: this.#core.waits.open<void>(keyOf(id), { type: suspendType.TIMER, name: id, id }) };
  }

  #nextId(): string {
    while (this.#ids.has(`sleep-${this.#named}`)) this.#named += 1;
    return `sleep-${this.#named}`;
  }

  /** Ends a timer at once, without waiting for its event. The record of the command is the timer's end. */
  cancel(id: string): void {
    if (!this.#core.waits.isOpen(keyOf(id))) return;
    this.#core.assertWorkflow('timer.cancel()');
    if (!this.#knownEnd.has(id)) this.#core.commands.push({ type: 'CANCEL_TIMER', timerId: id });
    this.#core.waits.settle(keyOf(id), { error: new WorkflowCancelled('Timer was cancelled') });
  }

  recordStarted(fact: Fact): void {
    this.#class.record({ id: textOf(fact.data, 'timerId', 'timer_id') });
  }

  recordEnd(fact: Fact): void {
    const id = textOf(fact.data, 'timerId', 'timer_id');
    if (id !== undefined) this.#knownEnd.add(id);
  }

  deliverEnd(fact: Fact): boolean {
    const id = textOf(fact.data, 'timerId', 'timer_id');
    if (id === undefined) return false;
    return this.#core.waits.settle(
      keyOf(id),
      fact.type === 'TIMER_FIRED' ? { value: undefined } : { error: new WorkflowCancelled('Timer was cancelled') },
    );
  }
}

function keyOf(id: string): string {
  return `timer:${id}`;
}
