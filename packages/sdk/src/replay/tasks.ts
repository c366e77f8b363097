import { suspendType } from '@flovyn/events';
import { type RetryPolicy as WireRetryPolicy, limits } from '@flovyn/protocol';
import type { Duration } from '../duration.js';
import { limitMilliseconds, waitMilliseconds, wholeNumber } from '../durations.js';
import { ConfigurationError, TaskCancelled, TaskFailed } from '../errors.js';
import { serialize } from '../serde.js';
import type { RetryPolicy, TaskOptions } from '../types.js';
import type { Core } from './core.js';
import { type Fact, type FactData, textOf, valueOf } from './fact.js';
import type { Settlement, Wait } from './pending.js';

interface RecordedTask {
  /** Absent in old records. */
  readonly id: string | undefined;
  readonly kind: string | undefined;
}

/** A scheduled task, as the code sees it. */
export interface ScheduledTask {
  readonly id: string;
  readonly wait: Wait;
}

/** The tasks of an execution. */
export class Tasks {
  readonly #core: Core;
  readonly #class;
  /** Open tasks, in the order they were scheduled, with their kinds. */
  readonly #open = new Map<string, string>();
  /** The last end of each task that is known but not delivered: an end before it was followed by another attempt. */
  readonly #knownEnd = new Map<string, number>();
  readonly #cancelled = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
    this.#class = core.commandClass<RecordedTask>();
  }

  schedule(kind: string, input: unknown, options: TaskOptions): ScheduledTask {
    this.#core.assertWorkflow(`ctx.schedule('${kind}')`);
    // Checked before anything is counted: a refused call leaves no trace, on a replay too.
    const retry = options.retry === undefined ? undefined : wireRetryPolicy(options.retry);
    const timeoutMs =
      options.timeout === undefined
        ? undefined
        : limitMilliseconds(options.timeout, 'A task timeout', limits.taskTimeoutMaxMs);
    const inputJson = serialize(input);

    const derived = this.#core.ids.next();
    const { index, recorded } = this.#class.call();
    if (recorded?.kind !== undefined && recorded.kind !== kind) {
      this.#core.violate({ type: 'TaskTypeMismatch', sequence: index, expected: recorded.kind, actual: kind });
    }
    const id = recorded?.id ?? derived;
    if (recorded === undefined) {
      this.#class.issue({ id, kind });
      this.#core.commands.push({
        type: 'SCHEDULE_TASK',
        taskExecutionId: id,
        kind,
        input: inputJson,
        ...(options.queue === undefined ? {} : { queue: options.queue }),
        ...(retry === undefined ? {} : { retry }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    }
    const wait = this.#core.waits.open(keyOf(id), { type: suspendType.TASK, name: kind, id });
    if (!wait.isSettled) this.#open.set(id, kind);
    return { id, wait };
  }

  /**
   * Asks an open task to end, once. The request leaves no record of its own that a replay could count: the record is the
   * task's end, by this request or another way, which the history has as soon as it has the request.
   */
  requestCancel(id: string, reason: string): void {
    if (!this.#open.has(id) || this.#cancelled.has(id)) return;
    this.#core.assertWorkflow('task.cancel()');
    this.#cancelled.add(id);
    if (!this.#knownEnd.has(id)) this.#core.commands.push({ type: 'REQUEST_CANCEL_TASK', taskExecutionId: id, reason });
  }

  requestCancelAll(reason: string): void {
    for (const id of this.#open.keys()) this.requestCancel(id, reason);
  }

  isWaitedFor(id: string): boolean {
    return this.#open.has(id);
  }

  recordScheduled(fact: Fact): void {
    this.#class.record({ id: idOf(fact.data), kind: textOf(fact.data, 'kind', 'taskType', 'task_type') });
  }

  recordEnd(fact: Fact): void {
    const id = idOf(fact.data);
    if (id !== undefined) this.#knownEnd.set(id, fact.sequence);
  }

  deliverEnd(fact: Fact): boolean {
    const id = idOf(fact.data) ?? this.#oldestOpen(textOf(fact.data, 'kind', 'taskType', 'task_type'));
    if (id === undefined) return false;
    const last = this.#knownEnd.get(id);
    if (last !== undefined && last !== fact.sequence) return false;
    this.#knownEnd.delete(id);
    this.#open.delete(id);
    return this.#core.waits.settle(keyOf(id), settlement(fact, id));
  }

  #oldestOpen(kind: string | undefined): string | undefined {
    for (const [id, openKind] of this.#open) if (kind === undefined || kind === openKind) return id;
    return undefined;
  }
}

function keyOf(id: string): string {
  return `task:${id}`;
}

function idOf(data: FactData): string | undefined {
  return textOf(data, 'taskExecutionId', 'taskId', 'task_execution_id');
}

function settlement(fact: Fact, id: string): Settlement {
  if (fact.type === 'TASK_COMPLETED') return { value: valueOf(fact.data, 'result', 'output') };
  if (fact.type === 'TASK_CANCELLED') return { error: new TaskCancelled(id, textOf(fact.data, 'reason') || undefined) };
  const message = textOf(fact.data, 'error') ?? 'Unknown';
  if (fact.data['cancelled'] === true) return { error: new TaskCancelled(id, message) };
  return { error: new TaskFailed(message, id, fact.data['retryable'] !== false) };
}

/** A policy in the words of the wire, checked. */
export function wireRetryPolicy(policy: RetryPolicy): Partial<WireRetryPolicy> {
  const { maxRetries, initialDelay, maxDelay, backoffMultiplier } = policy;
  if (maxRetries !== undefined) wholeNumber(maxRetries, 'retry.maxRetries', 0, limits.retriesMax);
  if (backoffMultiplier !== undefined && !(Number.isFinite(backoffMultiplier) && backoffMultiplier >= 1)) {
    throw new ConfigurationError(`retry.backoffMultiplier must be a number from 1 up, not ${backoffMultiplier}`);
  }
  return {
    ...(maxRetries === undefined ? {} : { maxRetries }),
    ...(initialDelay === undefined ? {} : { initialDelayMs: retryDelay(initialDelay, 'retry.initialDelay') }),
    ...(maxDelay === undefined ? {} : { maxDelayMs: retryDelay(maxDelay, 'retry.maxDelay') }),
    ...(backoffMultiplier === undefined ? {} : { multiplier: backoffMultiplier }),
  };
}

function retryDelay(delay: Duration, what: string): number {
  return waitMilliseconds(delay, what, limits.retryDelayMaxMs);
}
