import type { Json } from '@flovyn/protocol';
import { FlovynError, toError } from '../errors.js';
import { deserialize, serialize } from '../serde.js';
import type { Slot } from './command-buffer.js';
import type { Core } from './core.js';
import { type Fact, textOf, valueOf } from './fact.js';
import type { Settlement } from './pending.js';

interface RecordedOperation {
  readonly name: string | undefined;
  readonly result: unknown;
}

/** An operation whose result has not been handed to the code. */
interface PendingOperation {
  readonly name: string;
  readonly body: () => unknown;
  readonly settle: (settlement: Settlement) => void;
  /** The result from history; absent when the body has to run. */
  readonly recorded: { readonly result: unknown } | undefined;
  readonly slot: Slot | undefined;
  running: Promise<Json> | undefined;
}

/**
 * The side effects of an execution that happen once. Bodies run side by side; their results are handed to the code in the
 * order of the calls, one at a time, which is also the order of their records.
 */
export class Operations {
  readonly #core: Core;
  readonly #class;
  readonly #pending: PendingOperation[] = [];

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<RecordedOperation>();
  }

  run<T>(name: string, body: () => T | Promise<T>): Promise<T> {
    this.#core.assertWorkflow(`ctx.run('${name}')`);
    const { index, recorded } = this.#class.call();
    if (recorded?.name !== undefined && recorded.name !== name) {
      this.#core.violate({ type: 'OperationNameMismatch', sequence: index, expected: recorded.name, actual: name });
    }
    if (recorded === undefined) this.#class.issue({ name, result: undefined });
    const promise = new Promise<T>((resolve, reject) => {
      this.#pending.push({
        name,
        body,
        settle: (settlement) =>
          'error' in settlement ? reject(settlement.error) : resolve(settlement.value as T | PromiseLike<T>),
        recorded: recorded === undefined ? undefined : { result: recorded.result },
        slot: recorded === undefined ? this.#core.commands.reserve() : undefined,
        running: undefined,
      });
    });
    promise.catch(() => undefined);
    return promise;
  }

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** True when the next result cannot be had without running a body. */
  get needsBody(): boolean {
    const [first] = this.#pending;
    return first !== undefined && first.recorded === undefined && first.running === undefined;
  }

  /** Starts every body that waits to be run. */
  startBodies(): void {
    for (const operation of this.#pending) {
      if (operation.recorded === undefined) operation.running ??= outcomeOf(operation);
    }
  }

  /** Waits for the oldest operation and hands its result to the code. */
  async finishOldest(): Promise<void> {
    const [oldest] = this.#pending;
    if (oldest === undefined) return;
    if (oldest.running !== undefined) {
      const result = await inTime(oldest.name, oldest.running);
      if (oldest.slot !== undefined) {
        oldest.slot.command = { type: 'RECORD_OPERATION', operationName: oldest.name, result };
      }
      // The code gets what a replay will give it: the value after its way through JSON.
      oldest.settle(settlement(deserialize(result)));
    } else {
      oldest.settle(settlement(oldest.recorded?.result ?? null));
    }
    this.#pending.shift();
  }

  record(fact: Fact): void {
    this.#class.record({
      name: textOf(fact.data, 'operationName', 'name', 'operation_name'),
      result: valueOf(fact.data, 'result', 'output'),
    });
  }
}

/** A body that does not end holds the whole turn: after this long the turn is given up, and nothing of it is kept. */
export const OPERATION_DEADLINE_MS = 10 * 60_000;

async function inTime(name: string, running: Promise<Json>): Promise<Json> {
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new FlovynError(
      `Operation "${name}" did not end within ${OPERATION_DEADLINE_MS / 60_000} minutes; what takes longer belongs into a task`,
    );
    deadline = setTimeout(() => reject(error), OPERATION_DEADLINE_MS);
    deadline.unref();
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(deadline);
  }
}

async function outcomeOf({ body }: PendingOperation): Promise<Json> {
  try {
    return serialize(await body());
  } catch (thrown) {
    const { name, message } = toError(thrown);
    return serialize({ __type: 'OperationError', name, message });
  }
}

function settlement(result: unknown): Settlement {
  if (typeof result !== 'object' || result === null) return { value: result };
  const { __type: tag, name, message } = result as { __type?: unknown; name?: unknown; message?: unknown };
  if (tag !== 'OperationError') return { value: result };
  const error = new Error(typeof message === 'string' ? message : '');
  if (typeof name === 'string') error.name = name;
  return { error };
}
