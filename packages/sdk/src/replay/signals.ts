import { suspendType } from '@flovyn/events';
import type { WorkflowCancelled } from '../errors.js';
import type { WorkflowContext, WorkflowHandlers } from '../types.js';
import type { Core } from './core.js';
import { type Fact, textOf, valueOf } from './fact.js';
import { Wait } from './pending.js';

/** Signals by name, in the order they came. */
export class Signals {
  readonly #core: Core;
  readonly #queues = new Map<string, unknown[]>();
  readonly #waiting = new Map<string, string[]>();
  #waits = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  wait<T>(name: string): Wait<T> {
    this.#core.assertWorkflow(`ctx.waitForSignal('${name}')`);
    this.#waits += 1;
    const key = `signal:${this.#waits}`;
    const queue = this.#queues.get(name);
    if (queue !== undefined && queue.length > 0) {
      const ready = new Wait<T>(key, { type: suspendType.SIGNAL, name });
      ready.settle({ value: queue.shift() });
      return ready;
    }
    this.#waitersOf(name).push(key);
    return this.#core.waits.open<T>(key, { type: suspendType.SIGNAL, name });
  }

  count(name: string): number {
    return this.#queues.get(name)?.length ?? 0;
  }

  drain<T>(name: string): T[] {
    this.#core.assertMayWrite(`ctx.drainSignals('${name}')`);
    const queue = this.#queues.get(name) ?? [];
    this.#queues.delete(name);
    return queue as T[];
  }

  /** Who waits for a signal stops waiting: the execution is to end. */
  cancelWaits(error: () => WorkflowCancelled): void {
    for (const key of [...this.#waiting.values()].flat()) this.#core.waits.settle(key, { error: error() });
    this.#waiting.clear();
  }

  /** The handler is called before anybody waiting wakes. What it throws fails the workflow. */
  deliver(fact: Fact, ctx: WorkflowContext, handlers: WorkflowHandlers['signals']): boolean {
    const name = textOf(fact.data, 'signalName') ?? '__default__';
    const value = valueOf(fact.data, 'signalValue');
    const handler = handlers !== undefined && Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler !== undefined) this.#core.as('handler', () => handler(ctx, value));
    const waiter = this.#waitersOf(name).shift();
    if (waiter !== undefined) return this.#core.waits.settle(waiter, { value });
    const queue = this.#queues.get(name);
    if (queue === undefined) this.#queues.set(name, [value]);
    else queue.push(value);
    return handler !== undefined;
  }

  #waitersOf(name: string): string[] {
    let waiters = this.#waiting.get(name);
    if (waiters === undefined) this.#waiting.set(name, (waiters = []));
    return waiters;
  }
}
