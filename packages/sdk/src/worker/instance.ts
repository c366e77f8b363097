import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '@flovyn/protocol';
import {
  type Activation,
  type HistoryPage,
  type Query,
  type SessionEvent,
  fromSessionEvent,
  toJsonBytes,
  toTurnCompleted,
} from '@flovyn/protocol/grpc';
import { FlovynError, toError } from '../errors.js';
import { loggerTo } from '../log.js';
import { isMadeByTurn } from '../replay/event-handlers.js';
import type { Fact } from '../replay/fact.js';
import { Replayer, type Turn } from '../replay/replayer.js';
import { deserialize, serialize } from '../serde.js';
import type { Logger, WorkflowDefinition } from '../types.js';
import type { Cached } from './instance-cache.js';
import type { Answer, Session } from './session.js';

/** The end of a task of this execution, which this worker made itself. */
export interface TaskEnd {
  readonly taskExecutionId: string;
  readonly type: 'TASK_COMPLETED' | 'TASK_FAILED';
  readonly data: Fact['data'];
  /** Reports the end to the server, with the history number it is guessed to get when the code runs on already. */
  report(expectedSequence: number | undefined, answered?: (answer: Answer) => void): void;
}

/** What an instance needs of its worker. */
export interface InstanceHost {
  readonly session: Pick<Session, 'request' | 'send'>;
  readonly logger: Logger;
  /** The instance is gone. */
  forget(instance: Instance): void;
  /** Hands an activation to a new instance. */
  activate(activation: Activation): void;
  claimed(token: string, instance: Instance): void;
  unclaimed(token: string): void;
  /** The instance waits, and everything it did is confirmed. */
  rested(): void;
  /** The execution has ended, durably. */
  ended(instance: Instance, turn: Turn): void;
  /** Code of this kind reads the time, which a result ahead of its confirmation does not have. */
  readsTime(kind: string): void;
  maySpeculate(kind: string): boolean;
}

export interface InstanceOptions {
  readonly id: string;
  readonly definition: WorkflowDefinition;
  readonly logger: Logger;
  readonly host: InstanceHost;
}

interface AppliedEnd {
  readonly end: TaskEnd;
  readonly sequence: number;
  isReported: boolean;
}

/** A turn that waits for its claim before it may act. */
interface Claiming {
  readonly resolve: (mayAct: boolean) => void;
  activation: Activation | undefined;
}

/** Commands that leave exactly one fact each, so that the numbers of a turn can be told before the server tells them. */
const countable: ReadonlySet<string> = new Set([
  'RECORD_OPERATION',
  'SET_STATE',
  'CLEAR_STATE',
  'SCHEDULE_TASK',
  'START_TIMER',
  'SCHEDULE_CHILD_WORKFLOW',
]);

/** Refusals after which the same turn may be made again by whoever has it then. */
const weather: ReadonlySet<string> = new Set<ErrorCode>(['UNAVAILABLE', 'ABORTED', 'DEADLINE_EXCEEDED']);
/** Refusals that say: this turn is nobody's, or somebody else's. */
const gone: ReadonlySet<string> = new Set<ErrorCode>([
  'LEASE_LOST',
  'SPECULATION_MISSED',
  'NOT_FOUND',
  'FAILED_PRECONDITION',
]);

/**
 * One live execution on this worker: activations and results in, turns out.
 *
 *  1. One thing at a time: an activation, or results of tasks that ended here, applied one by one.
 *  2. Results are applied ahead of the server's confirmation only while the history's numbers are known. Their ends and
 *     the turn they led to leave as neighbours.
 *  3. Nothing acts on the world on a guess. A body of `ctx.run` waits until the turn is claimed and everything before it
 *     confirmed; a log line waits for the confirmations.
 *  4. A guess that was wrong ends the instance. The next activation is played by a new one, from the whole history.
 */
export class Instance implements Cached {
  readonly id: string;
  readonly definition: WorkflowDefinition;
  readonly #host: InstanceHost;
  readonly #logger: Logger;
  #replayer: Replayer | undefined;
  /** The last history number the code was played with, guesses included. */
  #sequence = 0;
  /** The same without guesses. */
  #recorded = 0;
  #isExact = false;
  #claim: string | undefined;
  #claiming: Claiming | undefined;
  #activation: Activation | undefined;
  #ends: TaskEnd[] = [];
  #isBusy = false;
  #isDropped = false;
  /** Items the state rests on: sent, or about to be, and confirmed. */
  #sent = 0;
  #confirmed = 0;
  #effects: { readonly after: number; readonly run: () => void }[] = [];
  #pages: ((page: HistoryPage) => void) | undefined;

  constructor({ id, definition, logger, host }: InstanceOptions) {
    this.id = id;
    this.definition = definition;
    this.#host = host;
    this.#logger = loggerTo((level, message, args) => this.#whenConfirmed(() => logger[level](message, ...args)));
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#activation === undefined && this.#confirmed === this.#sent;
  }

  /** True while a turn is being played under a claim. */
  get hasClaim(): boolean {
    return this.#claim !== undefined;
  }

  /** The last recorded history number the code was played with; 0 before the first turn. */
  get recordedSequence(): number {
    return this.#recorded;
  }

  /** Takes a turn that was claimed for this worker. */
  activate(activation: Activation): void {
    this.#host.claimed(activation.claimToken, this);
    if (this.#claiming !== undefined) {
      this.#claiming.activation = activation;
      this.#tryToClaim();
      return;
    }
    // A second claim while one is played: the first one was lost on the way.
    if (this.#claim !== undefined || this.#activation !== undefined) {
      this.#activation = activation;
      this.drop();
      return;
    }
    this.#activation = activation;
    this.#work();
  }

  /**
   * Applies the end of a task ahead of the server's confirmation, and reports it together with what followed from it.
   * False when it has to be reported on its own.
   */
  offer(end: TaskEnd): boolean {
    const mayApply =
      !this.#isDropped &&
      this.#isExact &&
      this.#claim === undefined &&
      this.#claiming === undefined &&
      this.#activation === undefined &&
      this.#host.maySpeculate(this.definition.name) &&
      this.#replayer?.waitsForTask(end.taskExecutionId) === true;
    if (!mayApply) return false;
    this.#ends.push(end);
    this.#work();
    return true;
  }

  receivedPage(page: HistoryPage): void {
    this.#pages?.(page);
  }

  /** Answers a question once everything the instance rests on is confirmed. */
  answer(query: Query): void {
    this.#whenConfirmed(() => {
      const { queryId, queryName, params } = query;
      try {
        const args = deserialize(Buffer.from(params).toString());
        const result = this.#replayer?.query(queryName, args);
        this.#host.session.send('queryAnswered', { queryId, result: toJsonBytes(serialize(result)) });
      } catch (error) {
        this.#host.session.send('queryAnswered', { queryId, error: toError(error).message });
      }
    });
  }

  /** The server has given this claim to somebody else. A turn that was sent already is decided by its answer. */
  lost(token: string): void {
    if (this.#claim === token) this.drop();
    if (this.#activation?.claimToken === token) this.#activation = undefined;
    if (this.#claiming?.activation?.claimToken === token) this.#claiming.activation = undefined;
  }

  /** Lets go of the instance: whatever it knew must be replayed. */
  drop(): void {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.#host.forget(this);
    this.#host.session.send('instanceDropped', { workflowExecutionId: this.id });
    this.#effects = [];
    if (this.#claim !== undefined) this.#host.unclaimed(this.#claim);
    const activation = this.#activation ?? this.#claiming?.activation;
    this.#activation = undefined;
    this.#claiming?.resolve(false);
    for (const end of this.#ends.splice(0)) end.report(undefined);
    if (activation !== undefined) this.#host.activate(activation);
  }

  #work(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#workOff();
  }

  async #workOff(): Promise<void> {
    try {
      while (!this.#isDropped) {
        if (this.#activation !== undefined) {
          // An answer is still under way: it may end the instance.
          if (this.#confirmed < this.#sent) return;
          const activation = this.#activation;
          this.#activation = undefined;
          await this.#playActivation(activation);
        } else if (this.#ends.length > 0) {
          await this.#playEnds();
        } else {
          return;
        }
      }
    } catch (error) {
      this.#giveUp(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** The replay itself failed: our fault, or a history that cannot be read. Somebody else may have more luck. */
  #giveUp(error: unknown): void {
    this.#host.logger.error(`Execution ${this.id} of workflow "${this.definition.name}" could not be played`, error);
    this.#release('The worker failed to play the turn');
    this.drop();
  }

  #release(reason: string): void {
    const token = this.#claim;
    if (token === undefined) return;
    this.#claim = undefined;
    this.#host.session.request('turnReleased', { workflowExecutionId: this.id, claimToken: token, reason }, () =>
      this.#host.unclaimed(token),
    );
  }

  async #playActivation(activation: Activation): Promise<void> {
    this.#claim = activation.claimToken;
    if (!(await this.#read(activation)) || this.#isDropped) return;
    const replayer = this.#replayer;
    if (replayer === undefined) throw new Error('The server sent no input with a first activation');
    if (!(await replayer.play(() => Promise.resolve(!this.#isDropped))) || this.#isDropped) return;
    this.#sendTurn(replayer);
  }

  async #playEnds(): Promise<void> {
    const replayer = this.#replayer;
    if (replayer === undefined) return;
    const applied: AppliedEnd[] = [];
    const mayAct = async (): Promise<boolean> => {
      if (this.#claim !== undefined) return true;
      // The code is beyond repair: it read a time that was not there.
      if (replayer.usedUnknownTime) return false;
      return this.#claimFor(applied);
    };
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      this.#sequence += 1;
      this.#sent += 1;
      applied.push({ end, sequence: this.#sequence, isReported: false });
      replayer.expect({ sequence: this.#sequence, type: end.type, data: end.data, timestampMs: undefined });
      const played = await replayer.play(mayAct);
      if (this.#isDropped || !played || replayer.usedUnknownTime) return this.#abandon(replayer, applied);
      // From here on there is a claim: other results come by way of the server.
      if (this.#claim !== undefined) break;
    }
    for (const end of this.#ends.splice(0)) end.report(undefined);
    for (const one of applied) if (!one.isReported) this.#report(one, true);
    this.#sendTurn(replayer);
  }

  /** What was applied is reported for itself, and what the code made of it is forgotten. */
  #abandon(replayer: Replayer, applied: readonly AppliedEnd[]): void {
    if (replayer.usedUnknownTime) this.#host.readsTime(this.definition.name);
    this.drop();
    for (const { end, isReported } of applied) if (!isReported) end.report(undefined);
  }

  /** Reports the results that led here, and waits until the server has recorded them and given us the turn. */
  #claimFor(applied: readonly AppliedEnd[]): Promise<boolean> {
    return new Promise((resolve) => {
      this.#claiming = { resolve, activation: undefined };
      for (const one of applied) if (!one.isReported) this.#report(one, false);
    });
  }

  #report(one: AppliedEnd, isGuess: boolean): void {
    one.isReported = true;
    one.end.report(isGuess ? one.sequence : undefined, (answer) => {
      const attempt = answer.isAccepted && answer.detail?.$case === 'attempt' ? answer.detail.value : undefined;
      const isAsExpected = attempt?.sequence === one.sequence && (attempt.speculationHeld || !isGuess);
      if (isAsExpected) this.#confirm();
      else this.drop();
    });
  }

  #tryToClaim(): void {
    const claiming = this.#claiming;
    const activation = claiming?.activation;
    if (claiming === undefined || activation === undefined || this.#confirmed < this.#sent) return;
    void this.#adopt(claiming, activation);
  }

  async #adopt(claiming: Claiming, activation: Activation): Promise<void> {
    // Somebody else has played meanwhile; what this instance has decided since may stand there already.
    if (activation.events.some((event) => event.sequence > this.#sequence && isMadeByTurn(event.eventType))) {
      this.drop();
      return;
    }
    this.#claiming = undefined;
    this.#claim = activation.claimToken;
    try {
      await this.#learnTime(activation);
      claiming.resolve((await this.#read(activation)) && !this.#isDropped);
    } catch (error) {
      this.#giveUp(error);
      claiming.resolve(false);
    }
  }

  /** The newest result that was applied ahead has its time by now. */
  async #learnTime({ events, claimToken }: Activation): Promise<void> {
    const isNewest = (event: SessionEvent): boolean => event.sequence === this.#sequence;
    const newest = events.find(isNewest) ?? (await this.#fetch(claimToken, this.#sequence - 1)).events.find(isNewest);
    if (newest !== undefined) this.#replayer?.timeBecameKnown(newest.timestampMs);
  }

  /** Hands the facts of an activation to the code's replay, fetching those that did not come with it. */
  async #read(activation: Activation): Promise<boolean> {
    let input = activation.input;
    this.#take(activation.events, input);
    while (this.#sequence < activation.sequence || this.#replayer === undefined) {
      const page = await this.#fetch(activation.claimToken, this.#sequence);
      if (this.#isDropped) return false;
      input ??= page.input;
      const before = this.#sequence;
      this.#take(page.events, input);
      if (this.#sequence === before && page.last) break;
    }
    this.#recorded = this.#sequence;
    return true;
  }

  /** Reads the facts that follow what is known, without a hole. */
  #take(events: readonly SessionEvent[], input: Uint8Array | undefined): void {
    const next = events.filter(
      (event, index) => event.sequence > this.#sequence && isNext(events, index, this.#sequence),
    );
    if (next.length === 0) return;
    if (this.#replayer === undefined) {
      if (input === undefined) return;
      this.#replayer = new Replayer({
        workflowExecutionId: this.id,
        definition: this.definition,
        input: deserialize(Buffer.from(input).toString()),
        logger: this.#logger,
      });
    }
    this.#replayer.read(next.map(fromSessionEvent));
    this.#sequence += next.length;
  }

  #fetch(claimToken: string, afterSequence: number): Promise<HistoryPage> {
    return new Promise((resolve, reject) => {
      this.#pages = (page) => {
        if (page.claimToken === claimToken && page.afterSequence === afterSequence) resolve(page);
      };
      const request = { workflowExecutionId: this.id, claimToken, afterSequence };
      this.#host.session.request('historyWanted', request, (answer) => {
        if (!answer.isAccepted) reject(new FlovynError(`Its history was refused: ${answer.code}: ${answer.message}`));
      });
    });
  }

  #sendTurn(replayer: Replayer): void {
    const turn = replayer.takeTurn();
    const claimToken = this.#claim;
    this.#claim = undefined;
    const seenSequence = this.#sequence;
    const isCountable = turn.commands.every(({ type }) => countable.has(type));
    if (isCountable) this.#sequence += turn.commands.length + 1;
    this.#isExact = isCountable && turn.outcome.type === 'SUSPENDED';
    this.#sent += 1;
    const expected = this.#sequence;
    this.#submit(turn, claimToken, seenSequence, (answer) => {
      if (!answer.isAccepted) {
        this.#refused(answer, claimToken, seenSequence);
        return;
      }
      const recorded = answer.detail?.$case === 'turn' ? answer.detail.value.sequence : 0;
      this.#recordedTurn(replayer, { expected, seenSequence, recorded });
      if (turn.outcome.type !== 'SUSPENDED') this.#host.ended(this, turn);
      this.#confirm();
    });
  }

  #submit(turn: Turn, claimToken: string | undefined, seenSequence: number, answered: (answer: Answer) => void): void {
    const head = {
      workflowExecutionId: this.id,
      claimToken: claimToken ?? '',
      turnId: randomUUID(),
      seenSequence,
      speculative: claimToken === undefined,
    };
    this.#host.session.request('turnCompleted', toTurnCompleted(head, turn.commands, turn.outcome), (answer) => {
      if (claimToken !== undefined) this.#host.unclaimed(claimToken);
      answered(answer);
    });
  }

  #recordedTurn(
    replayer: Replayer,
    { expected, seenSequence, recorded }: { expected: number; seenSequence: number; recorded: number },
  ): void {
    if (recorded === expected) {
      replayer.turnRecorded();
      this.#recorded = recorded;
      return;
    }
    // Other facts came in between: the next activation brings them, and the turn's own facts with them.
    this.#recorded = seenSequence;
    if (this.#sequence === expected) {
      this.#sequence = seenSequence;
      this.#isExact = false;
    }
  }

  /** The turn was not stored, and the same turn never will be. */
  #refused(
    { code, message }: Extract<Answer, { readonly isAccepted: false }>,
    claimToken: string | undefined,
    seenSequence: number,
  ): void {
    if (!gone.has(code)) {
      this.#host.logger.error(
        `A turn of workflow "${this.definition.name}" (${this.id}) was refused: ${code}: ${message}`,
      );
      if (weather.has(code)) {
        this.#claim = claimToken;
        this.#release(message);
      } else {
        this.#fail(code, message, claimToken, seenSequence);
      }
    }
    this.drop();
  }

  /** Makes the refusal the execution's end: played again, it would be refused again. */
  #fail(code: string, message: string, claimToken: string | undefined, seenSequence: number): void {
    const turn: Turn = {
      commands: [],
      outcome: {
        type: 'FAILED',
        error: `The server refused what the workflow decided (${code}): ${message}`,
        stackTrace: '',
        failureType: code,
      },
    };
    if (claimToken !== undefined) this.#host.claimed(claimToken, this);
    this.#submit(turn, claimToken, seenSequence, (answer) => {
      if (answer.isAccepted) this.#host.ended(this, turn);
      else this.#host.logger.error(`Execution ${this.id} could not be failed either: ${answer.message}`);
    });
  }

  #whenConfirmed(run: () => void): void {
    if (this.#confirmed === this.#sent) run();
    else this.#effects.push({ after: this.#sent, run });
  }

  #confirm(): void {
    this.#confirmed += 1;
    while (this.#effects[0] !== undefined && this.#effects[0].after <= this.#confirmed) this.#effects.shift()?.run();
    this.#tryToClaim();
    if (this.#activation !== undefined) this.#work();
    else if (this.isIdle) this.#host.rested();
  }
}

/** Whether the event continues what is known: everything between stands before it in the list. */
function isNext(events: readonly SessionEvent[], index: number, known: number): boolean {
  const event = events[index];
  const first = events[0];
  return (
    event !== undefined &&
    first !== undefined &&
    first.sequence <= known + 1 &&
    event.sequence - first.sequence === index
  );
}
