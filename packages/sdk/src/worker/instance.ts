import { randomUUID } from 'node:crypto';
import { type Activation, type HistoryPage, type Query, toJsonBytes, toTurnCompleted } from '@flovyn/protocol/grpc';
import { shortMessage } from '../errors.js';
import { loggerTo } from '../log.js';
import { leavesOneFact } from '../replay/command-buffer.js';
import { isMadeByTurn } from '../replay/event-handlers.js';
import type { Fact } from '../replay/fact.js';
import { Replayer, type Turn } from '../replay/replayer.js';
import { deserialize, serialize } from '../serde.js';
import type { Logger, WorkflowDefinition } from '../types.js';
import { Confirmations } from './confirmations.js';
import { HistoryFeed } from './history-feed.js';
import type { Insistence, Subject } from './insistence.js';
import type { Cached } from './instance-cache.js';
import { failureTurn, meaningOf } from './refusal.js';
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
  readonly session: Pick<Session, 'send'>;
  readonly insistence: Pick<Insistence, 'request'>;
  readonly logger: Logger;
  /** The turn could not be played. @returns how many milliseconds to keep it before somebody else tries. */
  setBack(instance: Instance, error: string): number;
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

/** A turn on its way to the server. */
interface SentTurn {
  readonly turn: Turn;
  /** Absent for a guess. */
  readonly claimToken: string | undefined;
  /** The last history number it was made from. */
  readonly seen: number;
  /** It ends the execution because what the code decided was refused: there is nothing else left to say. */
  readonly isLastWord?: true;
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
  readonly #history: HistoryFeed;
  readonly #confirmations = new Confirmations();
  /** The last history number the code was played with, without guesses. */
  #recorded = 0;
  /** True while the number of the next fact is known, unless somebody else writes it. */
  #canGuess = false;
  #claim: string | undefined;
  #claiming: Claiming | undefined;
  #activation: Activation | undefined;
  #ends: TaskEnd[] = [];
  #isBusy = false;
  #isDropped = false;

  constructor({ id, definition, logger, host }: InstanceOptions) {
    this.id = id;
    this.definition = definition;
    this.#host = host;
    const patientLogger = loggerTo((level, message, args) =>
      this.#confirmations.whenComplete(() => logger[level](message, ...args)),
    );
    this.#history = new HistoryFeed({
      insistence: host.insistence,
      subject: this.#subject('The request for the history'),
      createReplayer: (input) => new Replayer({ workflowExecutionId: id, definition, input, logger: patientLogger }),
    });
  }

  get isIdle(): boolean {
    return !this.#isBusy && this.#activation === undefined && this.#confirmations.isComplete;
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
    const isSecond = this.#claim !== undefined || this.#activation !== undefined;
    this.#activation = activation;
    // A second claim while one is played: the first one was lost on the way.
    if (isSecond) this.drop();
    else this.#work();
  }

  /**
   * Applies the end of a task ahead of the server's confirmation, and reports it together with what followed from it.
   * False when it has to be reported on its own.
   */
  offer(end: TaskEnd): boolean {
    const mayApply =
      !this.#isDropped &&
      this.#canGuess &&
      this.#claim === undefined &&
      this.#claiming === undefined &&
      this.#activation === undefined &&
      this.#host.maySpeculate(this.definition.name) &&
      this.#history.replayer?.waitsForTask(end.taskExecutionId) === true;
    if (!mayApply) return false;
    this.#ends.push(end);
    this.#work();
    return true;
  }

  receivedPage(page: HistoryPage): void {
    this.#history.receivedPage(page);
  }

  /** Answers a question once everything the instance rests on is confirmed. */
  answer({ queryId, queryName, params }: Query): void {
    this.#confirmations.whenComplete(() => {
      try {
        const args = deserialize(Buffer.from(params).toString());
        const result = toJsonBytes(serialize(this.#history.replayer?.query(queryName, args)));
        // Throws as well when the result is larger than a message may be.
        this.#host.session.send('queryAnswered', { queryId, result });
      } catch (error) {
        this.#host.session.send('queryAnswered', { queryId, error: shortMessage(error) });
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
    this.#confirmations.abandon();
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
          if (!this.#confirmations.isComplete) return;
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
    // A claim that is gone explains every failure.
    if (this.#isDropped) return;
    const { what } = this.#subject('A turn');
    const token = this.#claim;
    this.#claim = undefined;
    const rest = this.#host.setBack(this, `${what} could not be played: ${shortMessage(error)}`);
    this.#host.logger.error(`${what} could not be played. It is handed back in ${rest} ms`, error);
    // Handed back at once it might be here again at once, and nothing would have changed.
    if (token !== undefined) setTimeout(() => this.#release(token, 'The worker failed to play the turn'), rest).unref();
    this.drop();
  }

  #release(token: string, reason: string): void {
    const value = { workflowExecutionId: this.id, claimToken: token, reason };
    this.#host.insistence.request({ kind: 'turnReleased', value }, this.#subject('The return of a turn'), () =>
      this.#host.unclaimed(token),
    );
  }

  async #playActivation(activation: Activation): Promise<void> {
    this.#claim = activation.claimToken;
    const replayer = await this.#history.read(activation);
    this.#recorded = this.#history.sequence;
    if (this.#isDropped || !(await replayer.play(() => Promise.resolve(!this.#isDropped)))) return;
    if (!this.#isDropped) this.#sendTurn(replayer);
  }

  async #playEnds(): Promise<void> {
    const { replayer } = this.#history;
    if (replayer === undefined) return;
    const applied: AppliedEnd[] = [];
    const mayAct = async (): Promise<boolean> => {
      if (this.#claim !== undefined) return true;
      // The code is beyond repair: it read a time that was not there.
      return !replayer.usedUnknownTime && this.#claimFor(applied);
    };
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      this.#history.sequence += 1;
      this.#confirmations.owe();
      const { sequence } = this.#history;
      applied.push({ end, sequence, isReported: false });
      replayer.expect({ sequence, type: end.type, data: end.data, timestampMs: undefined });
      const isPlayed = await replayer.play(mayAct);
      if (this.#isDropped || !isPlayed || replayer.usedUnknownTime) {
        this.#abandon(replayer, applied);
        return;
      }
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
    const activation = this.#claiming?.activation;
    if (this.#claiming === undefined || activation === undefined || !this.#confirmations.isComplete) return;
    const isPlayedByOthers = activation.events.some(
      ({ sequence, eventType }) => sequence > this.#history.sequence && isMadeByTurn(eventType),
    );
    // What this instance has decided since may stand there already.
    if (isPlayedByOthers) this.drop();
    else void this.#adopt(this.#claiming, activation);
  }

  /** Goes on under a claim with what was begun on a guess. */
  async #adopt(claiming: Claiming, activation: Activation): Promise<void> {
    this.#claiming = undefined;
    this.#claim = activation.claimToken;
    try {
      const time = await this.#history.timeOfLast(activation);
      if (time !== undefined) this.#history.replayer?.timeBecameKnown(time);
      await this.#history.read(activation);
      this.#recorded = this.#history.sequence;
      claiming.resolve(!this.#isDropped);
    } catch (error) {
      this.#giveUp(error);
      claiming.resolve(false);
    }
  }

  #sendTurn(replayer: Replayer): void {
    const turn = replayer.takeTurn();
    const claimToken = this.#claim;
    this.#claim = undefined;
    const seen = this.#history.sequence;
    const isCountable = turn.commands.every(({ type }) => leavesOneFact(type));
    const expected = isCountable ? seen + turn.commands.length + 1 : seen;
    this.#history.sequence = expected;
    this.#canGuess = isCountable && turn.outcome.type === 'SUSPENDED';
    this.#confirmations.owe();
    const sent = { turn, claimToken, seen };
    this.#submit(sent, (answer) => {
      if (!answer.isAccepted) {
        this.#refused(answer, sent);
        this.drop();
        return;
      }
      const recorded = answer.detail?.$case === 'turn' ? answer.detail.value.sequence : 0;
      if (recorded === expected) {
        replayer.turnRecorded();
        this.#recorded = recorded;
      } else {
        this.#wasInterleaved(seen, expected);
      }
      if (turn.outcome.type !== 'SUSPENDED') this.#host.ended(this, turn);
      this.#confirm();
    });
  }

  /** Other facts came in between: the next activation brings them, and the turn's own facts with them. */
  #wasInterleaved(seen: number, expected: number): void {
    this.#recorded = seen;
    // Unless something was guessed on top of it, which its own answer ends.
    if (this.#history.sequence !== expected) return;
    this.#history.sequence = seen;
    this.#canGuess = false;
  }

  #submit({ turn, claimToken, seen, isLastWord }: SentTurn, answered: (answer: Answer) => void): void {
    const head = {
      workflowExecutionId: this.id,
      claimToken: claimToken ?? '',
      turnId: randomUUID(),
      seenSequence: seen,
      speculative: claimToken === undefined,
    };
    const value = toTurnCompleted(head, turn.commands, turn.outcome);
    const word = { kind: 'turnCompleted', value, isLast: isLastWord === true } as const;
    this.#host.insistence.request(word, this.#subject('A turn'), (answer) => {
      if (claimToken !== undefined) this.#host.unclaimed(claimToken);
      answered(answer);
    });
  }

  /** The turn will not be stored. What follows needs no instance any more. */
  #refused({ code, message }: Extract<Answer, { readonly isAccepted: false }>, sent: SentTurn): void {
    if (meaningOf(code) === 'gone') return;
    this.#host.logger.error(`${this.#subject('A turn').what} was refused: ${code}: ${message}`);
    const { claimToken } = sent;
    const turn = failureTurn(code, message);
    if (claimToken !== undefined) this.#host.claimed(claimToken, this);
    this.#submit({ ...sent, turn, isLastWord: true }, (answer) => {
      if (answer.isAccepted) this.#host.ended(this, turn);
    });
  }

  #subject(part: string): Subject {
    const { id, definition } = this;
    return { workType: 'workflow', executionId: id, what: `${part} of workflow "${definition.name}" (${id})` };
  }

  #confirm(): void {
    this.#confirmations.had();
    this.#tryToClaim();
    if (this.#activation !== undefined) this.#work();
    else if (this.isIdle) this.#host.rested();
  }
}
