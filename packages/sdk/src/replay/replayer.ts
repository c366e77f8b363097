import type { Command, Outcome } from '@flovyn/protocol';
import { WorkflowContextImpl } from '../context/workflow-context.js';
import { FlovynError, WorkflowCancelled, toError } from '../errors.js';
import { serialize } from '../serde.js';
import type { Logger, WorkflowDefinition } from '../types.js';
import { Cancellation } from './cancellation.js';
import { Children } from './children.js';
import { Core } from './core.js';
import { type Parts, factHandlers, isKnownFact } from './event-handlers.js';
import { type Fact, type RawFact, readFact } from './fact.js';
import { HistoryCursor } from './history-cursor.js';
import { Operations } from './operations.js';
import { suspendReason } from './pending.js';
import { DurablePromises } from './promises.js';
import { drained } from './quiescence.js';
import { Signals } from './signals.js';
import { WorkflowState } from './state.js';
import { Tasks } from './tasks.js';
import { Timers } from './timers.js';

/** Everything one turn of an execution decided. */
export interface Turn {
  readonly commands: readonly Command[];
  readonly outcome: Outcome;
}

export interface ReplayerOptions {
  readonly workflowExecutionId: string;
  readonly definition: WorkflowDefinition;
  /** The execution's input; absent, it is read from the first fact. */
  readonly input?: unknown;
  /** Where `ctx.log` goes, outside of replays. */
  readonly logger: Logger;
}

/**
 * Asked before a body of `ctx.run` starts. Resolves to false when the execution must not act: the instance is given up and
 * `play` ends there.
 */
export type MayAct = () => Promise<boolean>;

type Ending = { readonly output: unknown } | { readonly error: unknown };

/**
 * One execution, brought to life from its history.
 *
 * What it keeps true, live and on replay alike:
 *  1. Facts are delivered one at a time, in the order of the history; the next one only when the code cannot move.
 *  2. A wait is a promise that does not settle: the code cannot observe that a turn ended.
 *  3. A command is matched with history by its class and its place in that class, never by time.
 *  4. No body of an operation runs before `MayAct` agreed.
 *  5. After a violation nothing of the turn remains but the violation.
 */
export class Replayer {
  readonly #core: Core;
  readonly #cursor = new HistoryCursor();
  readonly #parts: Parts;
  readonly #definition: WorkflowDefinition;
  readonly #input: unknown;
  #ending: Ending | undefined;
  #started = false;

  constructor(options: ReplayerOptions) {
    this.#definition = options.definition;
    this.#input = options.input;
    const core = new Core(options.workflowExecutionId);
    const tasks = new Tasks(core);
    const children = new Children(core);
    const signals = new Signals(core);
    const parts = {
      tasks,
      children,
      signals,
      timers: new Timers(core),
      promises: new DurablePromises(core),
      operations: new Operations(core),
      state: new WorkflowState(core),
      cancellation: new Cancellation(core, { tasks, children, signals }),
    };
    this.#core = core;
    this.#parts = {
      ...parts,
      handlers: options.definition.handlers?.signals,
      ctx: new WorkflowContextImpl({ core, cursor: this.#cursor, ...parts }, options.logger),
      start: (recordedInput) => this.#start(recordedInput),
    };
  }

  /** Reads recorded facts and learns what they say about commands. Delivering them is `play`'s. */
  read(facts: Iterable<RawFact>): void {
    const isFirst = !this.#started;
    for (const raw of facts) {
      const fact = readFact(raw);
      // From a newer server: whatever it says, it cannot concern code that knows nothing of it.
      if (isKnownFact(fact)) this.#take(fact, isFirst);
    }
  }

  /** Takes a result that the server has not recorded yet, as the fact it is expected to become. */
  expect(fact: Fact): void {
    this.#take(fact, false);
  }

  /**
   * Delivers everything that was read. Resolves when the code cannot go further, or to false when it was not allowed to
   * act.
   */
  async play(mayAct: MayAct): Promise<boolean> {
    this.#core.mode = 'workflow';
    try {
      for (let fact = this.#cursor.next(); fact !== undefined; fact = this.#cursor.next()) {
        if (this.#isOver) break;
        if (this.#deliver(fact) && !(await this.#quiesce(mayAct))) return false;
      }
      return true;
    } finally {
      this.#core.mode = 'idle';
    }
  }

  /** The commands since the last turn and where the code stands. Valid between two calls of `play`. */
  takeTurn(): Turn {
    const commands = this.#core.commands.take();
    this.#core.turnSent();
    const outcome = this.#outcome();
    return this.#core.violation === undefined ? { commands, outcome } : { commands: [], outcome };
  }

  /** The last turn stands in the history exactly where it was expected, so its own facts need not be read. */
  turnRecorded(): void {
    this.#core.turnRecorded();
  }

  /** True when the code holds this task open. */
  waitsForTask(taskExecutionId: string): boolean {
    return this.#parts.tasks.isWaitedFor(taskExecutionId);
  }

  /** True when the code has read a time that nobody here could know: what it did since must not be used. */
  get usedUnknownTime(): boolean {
    return this.#core.clock.guessRead;
  }

  /** The server has recorded what the code was played with last, at this time. */
  timeBecameKnown(timestampMs: number): void {
    this.#core.clock.observe(timestampMs);
  }

  /** Answers a question as of now. */
  query(name: string, args: unknown): unknown {
    const queries = this.#definition.handlers?.queries;
    const handler = queries !== undefined && Object.hasOwn(queries, name) ? queries[name] : undefined;
    if (handler !== undefined)
      return this.#answerOf(
        name,
        this.#core.as('query', () => handler(this.#parts.ctx, args)),
      );
    if (this.#parts.state.keys().includes(name)) return this.#parts.state.get(name);
    throw new FlovynError(
      `Workflow ${this.#core.executionId} (${this.#definition.name}) has no query handler and no state named "${name}"`,
    );
  }

  /** A question is answered as of now. A promise would answer later, and its failure would be nobody's to hear. */
  #answerOf(name: string, answer: unknown): unknown {
    if (!isThenable(answer)) return answer;
    if (answer instanceof Promise) answer.catch(() => undefined);
    throw new FlovynError(`The query handler "${name}" of workflow ${this.#definition.name} must not be async`);
  }

  get #isOver(): boolean {
    return this.#ending !== undefined || this.#core.violation !== undefined;
  }

  #take(fact: Fact, isFirst: boolean): void {
    const handler = factHandlers[fact.type];
    handler.record?.(this.#parts, fact);
    if (handler.deliver !== undefined) this.#cursor.push(fact);
    if (isFirst && handler.endsTurn) this.#cursor.playedUntil(fact.sequence);
  }

  #deliver(fact: Fact): boolean {
    this.#core.clock.observe(fact.timestampMs);
    if (fact.type === 'WORKFLOW_STARTED') this.#deliverSignalsOfStart();
    try {
      return factHandlers[fact.type].deliver?.(this.#parts, fact) ?? false;
    } catch (error) {
      // Only a signal handler throws here.
      this.#end({ error });
      return false;
    }
  }

  /** A signal that came together with the start is there before the first line runs. */
  #deliverSignalsOfStart(): void {
    for (let next = this.#cursor.peek(); next?.data['withStart'] === true; next = this.#cursor.peek()) {
      this.#cursor.next();
      this.#deliver(next);
    }
  }

  async #quiesce(mayAct: MayAct): Promise<boolean> {
    await drained();
    const { operations } = this.#parts;
    while (!operations.isEmpty && this.#core.violation === undefined) {
      if (operations.needsBody) {
        if (!(await mayAct())) return false;
        operations.startBodies();
      }
      await operations.finishOldest();
      await drained();
    }
    return true;
  }

  #start(recordedInput: unknown): void {
    this.#started = true;
    void this.#run(this.#input === undefined ? recordedInput : this.#input);
  }

  async #run(input: unknown): Promise<void> {
    try {
      this.#end({ output: await this.#definition.run(this.#parts.ctx, input) });
    } catch (thrown) {
      this.#end({ error: toError(thrown) });
    }
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
  }

  #outcome(): Outcome {
    const violation = this.#core.violation;
    if (violation !== undefined) return failed(violation, 'DETERMINISM_VIOLATION');
    if (this.#ending === undefined) return this.#suspension();
    if ('error' in this.#ending) return this.#failure(this.#ending.error);
    try {
      return { type: 'COMPLETED', output: serialize(this.#ending.output) };
    } catch (error) {
      return failed(toError(error), 'ERROR');
    }
  }

  #suspension(): Outcome {
    const waitingOn = this.#core.waits.awaited();
    if (waitingOn.length > 0) return { type: 'SUSPENDED', reason: suspendReason(waitingOn), waitingOn };
    return failed(
      new FlovynError(
        `Workflow ${this.#definition.name} waits for something the engine does not know, so nothing could ever wake it. ` +
          'Use ctx.sleep instead of a timer, and ctx.run or a task instead of other asynchronous calls',
      ),
      'STUCK',
    );
  }

  #failure(error: unknown): Outcome {
    const { cancellation } = this.#parts;
    if (!cancellation.explains(error)) return failed(toError(error), 'ERROR');
    const reason = WorkflowCancelled.is(error) ? (error.reason ?? cancellation.reason) : cancellation.reason;
    return { type: 'CANCELLED', reason: reason ?? toError(error).message };
  }
}

function failed(error: Error, failureType: string): Outcome {
  return { type: 'FAILED', error: error.message, stackTrace: error.stack ?? '', failureType };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (Object(value) as { readonly then?: unknown }).then === 'function';
}
