import { randomUUID } from 'node:crypto';
import { ServiceError } from '@flovyn/protocol';
import {
  type AttemptCompleted,
  type AttemptEntries,
  type AttemptFailed,
  type AttemptLog,
  type AttemptReleased,
  type TaskExecutionInfo,
  serverItem,
} from '@flovyn/protocol/grpc';
import type { AttemptRef } from '../stream-sender.js';
import { HeldAttempt } from './held-attempt.js';
import { type WorkParts, notOurs } from './work-parts.js';

/** How late an attempt hears that its task was cancelled, or has taken too long: calls bring no news unasked. */
export const LOOK_MS = 5_000;
/** Polls do not tell how often a task may fail: no failure is taken for the last one. */
const UNKNOWN_RETRIES = 2_147_483_647;

/**
 * The attempts of a worker that makes single calls. Claim tokens are made here, one for each attempt: what is said of an
 * attempt after a newer one of its task was handed over never reaches the server.
 */
export class Attempts {
  readonly #parts: WorkParts;
  readonly #held = new Map<string, HeldAttempt>();
  #looking: NodeJS.Timeout | undefined;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  get active(): number {
    return this.#held.size;
  }

  has({ taskExecutionId, claimToken }: AttemptRef): boolean {
    return this.#held.get(taskExecutionId)?.ref.claimToken === claimToken;
  }

  /** @param begin - when the task may be handed to the worker. */
  async take(task: TaskExecutionInfo, begin: Promise<void>): Promise<void> {
    const { taskExecutionId, workflowExecutionId, kind, input, executionCount: attempt, queue, traceparent } = task;
    const ref = { taskExecutionId, workflowExecutionId, claimToken: randomUUID() };
    const held = new HeldAttempt(ref, this.#parts);
    this.#held.set(taskExecutionId, held);
    this.resume();
    await begin;
    const assigned = { ...ref, kind, input, attempt, maxRetries: UNKNOWN_RETRIES, timeoutMs: undefined };
    this.#parts.tell(serverItem('taskAssigned', { ...assigned, queue, traceparent }));
  }

  /** Asks the server whether the attempts are still wanted; those that are not hear of it. */
  look(): void {
    for (const held of this.#held.values()) void this.#lookAt(held);
  }

  async entries(sent: AttemptEntries): Promise<number> {
    const held = this.#heldOf(sent);
    return this.#unlessLost(held, () => held.show(sent.first, sent.entries));
  }

  log({ level, message, ...ref }: AttemptLog): Promise<void> {
    return this.#heldOf(ref).log(level, message);
  }

  /** The attempt's own sign of life. */
  async heartbeat(ref: AttemptRef): Promise<void> {
    const held = this.#heldOf(ref);
    await this.#unlessLost(held, () => held.heartbeat());
  }

  async complete(end: AttemptCompleted): Promise<void> {
    const held = this.#heldOf(end);
    await this.#unlessLost(held, () => held.complete(end));
    this.#drop(held);
  }

  async fail(end: AttemptFailed): Promise<void> {
    const held = this.#heldOf(end);
    await this.#unlessLost(held, () => held.fail(end));
    this.#drop(held);
  }

  /** There is no call for it: to the server the attempt has failed, and the task's policy decides about the next one. */
  async release({ reason, ...ref }: AttemptReleased): Promise<void> {
    const held = this.#heldOf(ref);
    const end = { entries: 0, lostEntries: 0 };
    await this.#unlessLost(held, () => held.fail({ ...end, error: `The attempt was handed back: ${reason}` }));
    this.#drop(held);
  }

  resume(): void {
    if (this.#held.size > 0) this.#looking ??= setInterval(() => this.look(), LOOK_MS);
  }

  /** There is no line for now: nobody could be asked. */
  pause(): void {
    clearInterval(this.#looking);
    this.#looking = undefined;
  }

  async #lookAt(held: HeldAttempt): Promise<void> {
    if (held.isLost || held.isEnding) return;
    try {
      await held.heartbeat();
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      if (!isOver(error) || held.isEnding || !this.has(held.ref)) return;
      held.isLost = true;
      const { taskExecutionId, claimToken } = held.ref;
      const reason = error.message;
      this.#parts.tell(serverItem('attemptCancelled', { taskExecutionId, claimToken, reason }));
    }
  }

  /** After such a refusal the worker says nothing more about the attempt. */
  async #unlessLost<Result>(held: HeldAttempt, say: () => Promise<Result>): Promise<Result> {
    try {
      if (held.isLost) throw notOurs(`task ${held.ref.taskExecutionId}`);
      return await say();
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      if (!isOver(error)) throw error;
      this.#drop(held);
      throw new ServiceError('LEASE_LOST', error.message, { cause: error });
    }
  }

  #heldOf(ref: AttemptRef): HeldAttempt {
    const held = this.#held.get(ref.taskExecutionId);
    if (held === undefined || held.ref.claimToken !== ref.claimToken) throw notOurs(`task ${ref.taskExecutionId}`);
    return held;
  }

  #drop(held: HeldAttempt): void {
    if (!this.has(held.ref)) return;
    this.#held.delete(held.ref.taskExecutionId);
    if (this.#held.size === 0) this.pause();
    this.#parts.freed();
  }
}

/** Calls show no claim, so every refusal that speaks of the task's state says that this attempt is nobody's any more. */
function isOver({ code }: ServiceError): boolean {
  return code === 'FAILED_PRECONDITION' || code === 'LEASE_LOST' || code === 'NOT_FOUND';
}
