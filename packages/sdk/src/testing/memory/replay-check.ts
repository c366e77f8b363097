import type { Command, Outcome } from '@flovyn/protocol';
import { DeterminismViolation } from '../../errors.js';
import { loggerTo } from '../../log.js';
import type { RawFact } from '../../replay/fact.js';
import { Replayer, type Turn } from '../../replay/replayer.js';
import { serialize } from '../../serde.js';
import type { PlayedTurn, TestExecution } from './test-execution.js';

const silent = loggerTo(() => undefined);

/** Longer histories are cut at this many places: one replay for each event takes the square of their number. */
const CUTS_MAX = 500;

/**
 * Replays an execution in fresh instances, from its history cut after each event, and compares with what the live one
 * decided. Operations are not run again: their records are handed in.
 *
 * @throws {DeterminismViolation} at the first difference, with the event it follows and both decisions.
 */
export async function checkReplay(execution: TestExecution): Promise<void> {
  const { definition } = execution;
  const facts = [...execution.facts];
  const turns = [...execution.turns];
  if (definition === undefined || turns.length === 0) return;
  const check = new ReplayCheck(execution, facts, turns);
  const places = turns.at(-1)?.to ?? 0;
  const step = Math.max(1, Math.ceil(places / CUTS_MAX));
  for (let length = 1; length <= places; length += step) await check.cutAt(length);
  if (step > 1) await check.cutAt(places);
}

class ReplayCheck {
  readonly #execution: TestExecution;
  readonly #facts: readonly RawFact[];
  readonly #turns: readonly PlayedTurn[];

  constructor(execution: TestExecution, facts: readonly RawFact[], turns: readonly PlayedTurn[]) {
    this.#execution = execution;
    this.#facts = facts;
    this.#turns = turns;
  }

  async cutAt(length: number): Promise<void> {
    const turn = this.#turns.find(({ to }) => length <= to);
    if (turn === undefined) return;
    const known = this.#facts.slice(0, length);
    // The turn's operations have been run: a replay of it must not act on the world again.
    const operations = this.#facts.slice(Math.max(length, turn.from), turn.to).filter(isOperation);
    const replayed = await this.#replay([...known, ...operations]);
    const isEnd = length === turn.to && turn.outcome.type !== 'SUSPENDED';
    if (replayed === undefined) {
      // Amid the facts of a turn, where no history ends, one of them may lead the code on into the next turn.
      if (length > turn.seen && !isEnd) return;
      throw this.#difference(length, 'it ran an operation that had not been run before');
    }
    if (isViolation(replayed.outcome)) throw this.#difference(length, withoutPrefix(replayed.outcome.error));
    if (length < turn.seen) this.#comparePrefix(length, replayed, turn);
    else if (length === turn.seen) await this.#compareTurn(length, replayed, turn, operations);
    else if (isEnd) this.#compareEnd(length, replayed, turn);
  }

  /**
   * Fewer facts than the turn had: the code has decided a part of it. Requests to end what a later fact says to have ended
   * are made only by who does not know that fact.
   */
  #comparePrefix(length: number, { commands }: Turn, turn: PlayedTurn): void {
    const replayed = commands.filter(isNoCancel);
    this.#compareCommands(length, replayed, decisions(turn).filter(isNoCancel).slice(0, replayed.length));
  }

  async #compareTurn(length: number, replayed: Turn, turn: PlayedTurn, operations: readonly RawFact[]): Promise<void> {
    this.#compareCommands(length, replayed.commands, decisions(turn));
    this.#compareOutcomes(length, replayed.outcome, turn.outcome);
    if (operations.length === 0) return;
    // Without the record of its last operation it must want to run that one.
    const known = [...this.#facts.slice(0, length), ...operations.slice(0, -1)];
    if ((await this.#replay(known)) !== undefined) {
      throw this.#difference(length, `it left out the operation ${String(operations.at(-1)?.data)}`);
    }
  }

  /** The whole history: there is nothing left to decide but the end. */
  #compareEnd(length: number, replayed: Turn, turn: PlayedTurn): void {
    this.#compareCommands(length, replayed.commands, []);
    this.#compareOutcomes(length, replayed.outcome, turn.outcome);
  }

  #compareCommands(length: number, replayed: readonly Command[], first: readonly Command[]): void {
    const count = Math.max(replayed.length, first.length);
    for (let index = 0; index < count; index += 1) {
      const [now, then] = [replayed[index], first[index]];
      if (serialize(now) === serialize(then)) continue;
      throw this.#difference(length, decided(say(now, then), say(then, now)));
    }
  }

  #compareOutcomes(length: number, replayed: Outcome, first: Outcome): void {
    const [now, then] = [comparable(replayed), comparable(first)];
    if (serialize(now) !== serialize(then)) {
      throw this.#difference(
        length,
        `it ended the turn with ${say(now, then)}, and the first time with ${say(then, now)}`,
      );
    }
  }

  /** `undefined` when the code wants to run an operation. */
  async #replay(facts: readonly RawFact[]): Promise<Turn | undefined> {
    const { id: workflowExecutionId, definition } = this.#execution;
    if (definition === undefined) return undefined;
    const replayer = new Replayer({ workflowExecutionId, definition, logger: silent });
    replayer.read(facts);
    return (await replayer.play(() => Promise.resolve(false))) ? replayer.takeTurn() : undefined;
  }

  #difference(length: number, what: string): DeterminismViolation {
    const { kind, id } = this.#execution;
    const last = this.#facts[length - 1];
    return new DeterminismViolation(
      `Replaying workflow "${kind}" (${id}) from its history up to event ${length} (${last?.type}): ${what}. ` +
        'Workflow code must decide the same from the same history: take the time from ctx.currentTime(), chance from ' +
        'ctx.random() and ctx.randomUUID(), the world from tasks or ctx.run, and keep no variable outside of run',
    );
  }
}

function isOperation({ type }: RawFact): boolean {
  return type === 'OPERATION_COMPLETED';
}

function isViolation(outcome: Outcome): outcome is Extract<Outcome, { type: 'FAILED' }> {
  return outcome.type === 'FAILED' && outcome.failureType === 'DETERMINISM_VIOLATION';
}

function withoutPrefix(message: string): string {
  return message.replace(/^Determinism violation: /, '');
}

function decisions({ commands }: Turn): Command[] {
  return commands.filter(({ type }) => type !== 'RECORD_OPERATION');
}

function isNoCancel({ type }: Command): boolean {
  return type !== 'CANCEL_TIMER' && type !== 'REQUEST_CANCEL_TASK' && type !== 'REQUEST_CANCEL_CHILD_WORKFLOW';
}

function decided(now: string, then: string): string {
  return `it decided ${now}, and the first time ${then}`;
}

/** What was decided, and of its members those that the other does not have in the same way. */
function say(one: Command | Outcome | undefined, other: Command | Outcome | undefined): string {
  if (one === undefined) return 'nothing more';
  const { type, ...members } = one;
  if (type !== other?.type) return `${type} ${serialize(members)}`;
  const others: Readonly<Record<string, unknown>> = { ...other };
  const differing = Object.entries(members).filter(([name, value]) => serialize(value) !== serialize(others[name]));
  return `${type} ${serialize(Object.fromEntries(differing))}`;
}

/** But for the stack of an error: that is another one each time. */
function comparable(outcome: Outcome): Outcome {
  return outcome.type === 'FAILED' ? { ...outcome, stackTrace: '' } : outcome;
}
