import { suspendType } from '@flovyn/events';
import { waitMilliseconds } from '../durations.js';
import { PromiseRejected, PromiseTimeout } from '../errors.js';
import type { PromiseOptions } from '../types.js';
import type { Core } from './core.js';
import { type Fact, type FactData, textOf, valueOf } from './fact.js';
import type { Settlement, Wait } from './pending.js';

interface DurablePromise {
  /** Which promise of the execution it is, from 0. */
  readonly key: string;
  readonly name: string | undefined;
  /** Given by the server; unknown until its record is seen. */
  id: string | undefined;
  timeoutMs: number | undefined;
  isOpen: boolean;
}

/** The promises that somebody outside settles. */
export class DurablePromises {
  readonly #core: Core;
  readonly #class;
  readonly #all: DurablePromise[] = [];

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<DurablePromise>();
  }

  create<T>(name: string, options: PromiseOptions): Wait<T> {
    this.#core.assertWorkflow(`ctx.promise('${name}')`);
    // The wire has no word for a timeout of nothing: a millisecond is its least.
    const timeoutMs =
      options.timeout === undefined ? undefined : Math.max(1, waitMilliseconds(options.timeout, 'A promise timeout'));
    const { index, recorded } = this.#class.call();
    if (recorded?.name !== undefined && recorded.name !== name) {
      this.#core.violate({ type: 'PromiseNameMismatch', sequence: index, expected: recorded.name, actual: name });
    }
    const promise = recorded ?? this.#issue(name, timeoutMs, options.idempotencyKey);
    return this.#core.waits.open<T>(promise.key, {
      type: suspendType.PROMISE,
      name,
      ...(promise.id === undefined ? {} : { id: promise.id }),
    });
  }

  recordCreated(fact: Fact): void {
    const id = textOf(fact.data, 'promiseId');
    const timeoutMs = fact.data['timeoutMs'];
    const issued = this.#class.record(
      this.#add(
        textOf(fact.data, 'promiseName', 'promise_name') ?? id,
        id,
        typeof timeoutMs === 'number' ? timeoutMs : undefined,
      ),
    );
    if (issued === undefined) return;
    // The code made it here: the record only adds the id.
    this.#all.pop();
    issued.id = id;
    if (id !== undefined) this.#core.waits.identify(issued.key, id);
  }

  deliverEnd(fact: Fact): boolean {
    const promise = this.#find(fact.data);
    if (promise === undefined) return false;
    promise.isOpen = false;
    return this.#core.waits.settle(promise.key, settlement(fact, promise));
  }

  #issue(name: string, timeoutMs: number | undefined, idempotencyKey: string | undefined): DurablePromise {
    const promise = this.#add(name, undefined, timeoutMs);
    this.#class.issue(promise);
    this.#core.commands.push({
      type: 'CREATE_PROMISE',
      promiseName: name,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    });
    return promise;
  }

  #add(name: string | undefined, id: string | undefined, timeoutMs: number | undefined): DurablePromise {
    const promise = { key: `promise:${this.#all.length}`, name, id, timeoutMs, isOpen: true };
    this.#all.push(promise);
    return promise;
  }

  #find(data: FactData): DurablePromise | undefined {
    const id = textOf(data, 'promiseId');
    const byId = this.#all.find((promise) => promise.id !== undefined && promise.id === id);
    if (byId !== undefined) return byId;
    const name = textOf(data, 'promiseName', 'promise_name') ?? id;
    return this.#all.find((promise) => promise.isOpen && promise.id === undefined && promise.name === name);
  }
}

function settlement(fact: Fact, promise: DurablePromise): Settlement {
  const id = promise.id ?? textOf(fact.data, 'promiseId') ?? promise.name ?? '';
  if (fact.type === 'PROMISE_RESOLVED') return { value: valueOf(fact.data, 'value', 'result') };
  if (fact.type === 'PROMISE_TIMEOUT') return { error: new PromiseTimeout(id, promise.timeoutMs) };
  return { error: new PromiseRejected(id, textOf(fact.data, 'error') ?? 'Unknown') };
}
