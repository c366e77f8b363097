import { STREAM_LOSS, type StreamEvent } from '@flovyn/events';
import { ServiceError, toJson } from '@flovyn/protocol';
import type { AttemptCompleted, AttemptFailed, StreamEntry } from '@flovyn/protocol/grpc';
import type { AttemptRef, SentOutput } from '../stream-sender.js';
import { isWeather } from './doors.js';
import type { WorkParts } from './work-parts.js';

/**
 * What one attempt says to the server, call by call: each waits for the answer to the one before, so that output stands in
 * its order and before the end.
 */
export class HeldAttempt {
  readonly ref: AttemptRef;
  readonly #parts: Pick<WorkParts, 'call' | 'logger'>;
  /** The server has said that the attempt is over. */
  isLost = false;
  /** Its end is on the way. */
  isEnding = false;
  /** How many entries are stored, or were refused for good. */
  #stored = 0;
  #last: Promise<unknown> = Promise.resolve();
  #isLossShown = false;
  #hasWarned = false;

  constructor(ref: AttemptRef, parts: Pick<WorkParts, 'call' | 'logger'>) {
    this.ref = ref;
    this.#parts = parts;
  }

  /** Shows entries, the first of which has the number `first`. Resolves to how many are stored. */
  show(first: number, entries: readonly StreamEntry[]): Promise<number> {
    return this.#inOrder(async () => {
      this.#expectStored(first);
      for (const [index, entry] of entries.entries()) {
        if (first + index < this.#stored) continue;
        await this.#showOne(entry, first + index);
        this.#stored = first + index + 1;
      }
      return this.#stored;
    });
  }

  log(level: string, message: string): Promise<void> {
    const { taskExecutionId } = this.ref;
    return this.#inOrder(() => this.#tolerated(this.#parts.call('logMessage', { taskExecutionId, level, message })));
  }

  /** @throws {ServiceError} LEASE_LOST or its like when the attempt is over: that is how it hears of a cancellation. */
  async heartbeat(): Promise<void> {
    const { taskExecutionId } = this.ref;
    try {
      await this.#parts.call('heartbeat', { taskExecutionId });
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      // The status CANCELLED, which some servers say, has no code of its own.
      throw error.code === 'ABORTED' ? new ServiceError('LEASE_LOST', error.message, { cause: error }) : error;
    }
  }

  complete({ output, ...sent }: Pick<AttemptCompleted, 'output'> & SentOutput): Promise<void> {
    return this.#end(sent, async () => {
      await this.#parts.call('completeTask', { taskExecutionId: this.ref.taskExecutionId, output });
    });
  }

  fail({ error, ...sent }: Pick<AttemptFailed, 'error'> & SentOutput): Promise<void> {
    return this.#end(sent, async () => {
      await this.#parts.call('failTask', { taskExecutionId: this.ref.taskExecutionId, error });
    });
  }

  #end({ entries, lostEntries }: SentOutput, end: () => Promise<void>): Promise<void> {
    return this.#inOrder(async () => {
      this.#expectStored(entries);
      this.isEnding = true;
      try {
        if (lostEntries > 0 && !this.#isLossShown) await this.#showLoss(lostEntries);
        await end();
      } catch (thrown) {
        const error = ServiceError.from(thrown);
        // Lost a race in the server: the same end may be taken the next time.
        throw error.code === 'ABORTED' ? new ServiceError('UNAVAILABLE', error.message, { cause: error }) : error;
      } finally {
        this.isEnding = false;
      }
    });
  }

  async #showLoss(lost: number): Promise<void> {
    const message = `${lost} stream ${lost === 1 ? 'entry' : 'entries'} of this attempt could not be sent`;
    const payload = toJson({ type: 'error', message, code: STREAM_LOSS });
    await this.#showOne({ type: 'ERROR', payload, timestampMs: Date.now() }, this.#stored);
    this.#isLossShown = true;
  }

  /** Progress has a call of its own: only that is kept as the progress of the task. */
  #showOne({ type, payload, timestampMs }: StreamEntry, sequence: number): Promise<void> {
    const { taskExecutionId, workflowExecutionId } = this.ref;
    if (type === 'PROGRESS') {
      const { progress, details = '' } = JSON.parse(payload) as Extract<StreamEvent, { type: 'progress' }>;
      return this.#tolerated(this.#parts.call('reportProgress', { taskExecutionId, progress, details }));
    }
    const entry = { taskExecutionId, workflowExecutionId, sequence, type, payload, timestampMs };
    return this.#tolerated(this.#parts.call('streamTaskData', entry));
  }

  /** What a task shows or logs never fails it: what the server does not take is left out. */
  async #tolerated(call: Promise<unknown>): Promise<void> {
    try {
      await call;
    } catch (thrown) {
      const error = ServiceError.from(thrown);
      if (isWeather(error)) throw error;
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      this.#parts.logger.warn(`The server refuses what task ${this.ref.taskExecutionId} shows: ${error.message}`);
    }
  }

  /** What comes before was lost with its connection, and will be sent again first. */
  #expectStored(entries: number): void {
    if (entries > this.#stored) throw new ServiceError('UNAVAILABLE', 'Output before this is not stored yet.');
  }

  #inOrder<Result>(say: () => Promise<Result>): Promise<Result> {
    const said = this.#last.then(say);
    this.#last = said.catch(() => undefined);
    return said;
  }
}
