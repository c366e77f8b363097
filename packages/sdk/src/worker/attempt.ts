import type { TaskAssigned } from '@flovyn/protocol/grpc';
import { fromJsonBytes, toJsonBytes } from '@flovyn/protocol/grpc';
import { TaskContextImpl, toStreamEvent } from '../context/task-context.js';
import { loggerTo } from '../log.js';
import { deserialize } from '../serde.js';
import { StreamEvents } from '../stream-events.js';
import { createTaskLogger } from '../task.js';
import type { Logger, TaskDefinition } from '../types.js';
import { AttemptLogSender } from './attempt-log.js';
import type { Insistence } from './insistence.js';
import type { TaskEnd } from './instance.js';
import { meaningOf } from './refusal.js';
import { type AttemptOutcome, runTask } from './run-task.js';
import type { Answer, Session } from './session.js';
import { type AttemptRef, type SentOutput, StreamSender } from './stream-sender.js';

export interface AttemptOptions {
  readonly assigned: TaskAssigned;
  readonly definition: TaskDefinition;
  readonly session: Pick<Session, 'request' | 'whenWritable' | 'isWritable' | 'isConnected'>;
  readonly insistence: Pick<Insistence, 'request'>;
  readonly logger: Logger;
  /** For the words of task code; the console, with kind and id, when absent. */
  readonly taskLogger: Logger | undefined;
  /** Offers an end to the workflow that waits for it, if that is here. */
  readonly offer: (end: TaskEnd) => boolean;
}

interface Report {
  readonly outcome: AttemptOutcome;
  readonly output: SentOutput;
  /** The history number it is guessed to get. */
  readonly expectedSequence: number | undefined;
  readonly isLast: boolean;
}

/** One attempt of a task: runs the code, carries its output, reports its end. */
export class Attempt {
  readonly ref: AttemptRef;
  readonly #options: AttemptOptions;
  readonly #context: TaskContextImpl;
  readonly #stream: StreamSender;
  readonly #log: AttemptLogSender;
  #isLost = false;
  #isCancelled = false;
  #heartbeatUnderWay = false;

  constructor(options: AttemptOptions) {
    this.#options = options;
    const { assigned, session, logger } = options;
    const { taskExecutionId, workflowExecutionId, claimToken } = assigned;
    this.ref = { taskExecutionId, workflowExecutionId, claimToken };
    this.#stream = new StreamSender({ session, ref: this.ref, logger, onLeaseLost: () => this.lose() });
    this.#log = new AttemptLogSender(session, this.ref);
    this.#context = this.#createContext();
  }

  /** Runs the task. Resolves with what the server took for its outcome; `undefined` when the attempt was taken away. */
  async run(): Promise<AttemptOutcome | undefined> {
    const { definition, assigned, logger } = this.#options;
    const outcome = await runTask(definition, this.#context, fromJsonBytes(assigned.input), logger);
    if (this.#isLost) return undefined;
    const output = await this.#stream.finish();
    if (this.#isLost) return undefined;
    this.#log.flush();
    return this.#report(outcome, output);
  }

  /** Somebody wants the attempt to end. */
  cancel(reason: string): void {
    this.#isCancelled = true;
    this.#context._markCancelled(reason);
  }

  /** The attempt is somebody else's now: nothing it still does counts. */
  lose(): void {
    this.#isLost = true;
    this.#stream.abandon();
    this.#context._markCancelled("The attempt is no longer this worker's");
  }

  /** Hands the attempt back as if it had never begun. */
  release(reason: string): void {
    this.lose();
    this.#options.session.request('attemptReleased', { ...this.ref, reason }, () => undefined);
  }

  #createContext(): TaskContextImpl {
    const { taskExecutionId, workflowExecutionId, kind, input, attempt, maxRetries, timeoutMs } =
      this.#options.assigned;
    // Made with the first line: most attempts say nothing.
    let local = this.#options.taskLogger;
    return new TaskContextImpl(
      {
        taskExecutionId,
        taskKind: kind,
        input: fromJsonBytes(input),
        workflowExecutionId: workflowExecutionId === '' ? undefined : workflowExecutionId,
        attempt,
        maxRetries,
        timeoutMs,
      },
      (progress, details) => this.#stream.push(StreamEvents.progress(progress, details)),
      () => this.#heartbeat(),
      (event) => this.#stream.push(toStreamEvent(event)),
      {
        keepStreamEvents: false,
        streams: this.#options.definition.streams ?? [],
        logger: loggerTo((level, message, args) => {
          local ??= createTaskLogger(taskExecutionId, kind);
          local[level](message, ...args);
          this.#log.write(level, message, args);
        }),
      },
    );
  }

  #heartbeat(): void {
    if (this.#heartbeatUnderWay || this.#isLost) return;
    this.#heartbeatUnderWay = true;
    this.#options.session.request('attemptHeartbeat', this.ref, (answer) => {
      this.#heartbeatUnderWay = false;
      if (!answer.isAccepted && answer.code === 'LEASE_LOST') this.lose();
    });
  }

  /**
   * Resolves with the outcome that the server took, if it took one.
   *
   * @param isLast - when this is refused, too, there is nothing else to say.
   */
  #report(outcome: AttemptOutcome, output: SentOutput, isLast = false): Promise<AttemptOutcome | undefined> {
    return new Promise((resolve) => {
      const send = (expectedSequence: number | undefined, answered?: (answer: Answer) => void): void =>
        this.#send({ outcome, output, expectedSequence, isLast }, (answer) => {
          answered?.(answer);
          if (answer.isAccepted) resolve(outcome);
          else resolve(this.#refused(answer, outcome, output, isLast));
        });
      const end = isLast ? undefined : this.#endOf(outcome, send);
      if (end === undefined || !this.#options.offer(end)) send(undefined);
    });
  }

  /** The fact this outcome becomes, if it is certain to become one: a failure may be followed by another attempt. */
  #endOf(outcome: AttemptOutcome, report: TaskEnd['report']): TaskEnd | undefined {
    const { taskExecutionId, workflowExecutionId, kind, attempt, maxRetries } = this.#options.assigned;
    if (workflowExecutionId === '') return undefined;
    if (outcome.type === 'completed') {
      const data = { taskExecutionId, kind, output: deserialize(outcome.output) };
      return { taskExecutionId, type: 'TASK_COMPLETED', data, report };
    }
    if (outcome.type === 'failed' && (!outcome.isRetryable || attempt > maxRetries)) {
      const data = { taskExecutionId, kind, error: outcome.error, retryable: outcome.isRetryable };
      return { taskExecutionId, type: 'TASK_FAILED', data, report };
    }
    return undefined;
  }

  #send({ outcome, output: sent, expectedSequence, isLast }: Report, answered: (answer: Answer) => void): void {
    const { insistence, assigned } = this.#options;
    const executionId = this.ref.taskExecutionId;
    const subject = {
      workType: 'task',
      executionId,
      what: `The end of task "${assigned.kind}" (${executionId})`,
    } as const;
    // Only the first time: after a rest, the turn that was sent with it has missed.
    const speculation = expectedSequence === undefined ? undefined : { expectedSequence };
    if (outcome.type === 'completed') {
      const again = { ...this.ref, ...sent, output: toJsonBytes(outcome.output) };
      insistence.request({ kind: 'attemptCompleted', value: { ...again, speculation }, again }, subject, answered);
      return;
    }
    const isCancelled = outcome.type === 'cancelled';
    const again = {
      ...this.ref,
      ...sent,
      error: isCancelled ? outcome.reason : outcome.error,
      retryable: !isCancelled && outcome.isRetryable,
      cancelled: isCancelled,
    };
    insistence.request({ kind: 'attemptFailed', value: { ...again, speculation }, again, isLast }, subject, answered);
  }

  /** What a refused end comes to: said again behind missing output, or said in another way, or nothing. */
  async #refused(
    { code, message, stored }: Extract<Answer, { readonly isAccepted: false }>,
    outcome: AttemptOutcome,
    output: SentOutput,
    isLast: boolean,
  ): Promise<AttemptOutcome | undefined> {
    if (this.#isLost) return undefined;
    // Output that was confirmed once has gone with a crash of the database: it goes first, then the end again.
    if (stored !== undefined && stored < output.entries)
      return this.#report(outcome, this.#stream.again(stored), isLast);

    const isOurs = meaningOf(code) !== 'gone';
    const { kind } = this.#options.assigned;
    const sentence = `The end of task "${kind}" (${this.ref.taskExecutionId}) was refused: ${code}: ${message}`;
    // Whoever cancels a task does not wait for how its code ends.
    if (!isOurs && this.#isCancelled) this.#options.logger.debug(sentence);
    else this.#options.logger.warn(sentence);
    if (!isOurs) return undefined;
    // An end that cannot be taken becomes a failure with the reason: another attempt would come to the same one.
    const error = `The ${outcome.type === 'completed' ? 'output' : 'error'} of the task was refused (${code}): ${message}`;
    const end: AttemptOutcome =
      outcome.type === 'cancelled'
        ? { type: 'cancelled', reason: error }
        : { type: 'failed', error, isRetryable: false };
    return this.#report(end, output, true);
  }
}
