import type { ExecutionId } from '@flovyn/engine';
import type { ErrorCode } from '@flovyn/protocol';
import type { SentTurn } from './story/turn-facts.js';
import { holds } from './violation.js';

/** An answer that can be foretold. */
export type Forecast = 'done' | ErrorCode | undefined;

/** What somebody asked of a server, and what became of it. */
export interface Op {
  readonly number: number;
  readonly what: string;
  /** Stands in everything that the op leaves behind, and in nothing else. */
  readonly mark: string;
  /** `unknown`: the answer was lost, so it may have happened or not. */
  answer: 'pending' | 'done' | 'unknown' | ErrorCode;
  /** What the model says the answer will be when nothing else happens meanwhile; absent where that cannot be told. */
  forecast?: Forecast;
  /** How much it must have left once it is done. */
  effect: 'some' | 'none' | 'any';
  /** What must be true once it is done, where that is more than a mark. */
  proof?: () => boolean;
  /** Of a turn, what it was made of, and up to which fact its worker had seen the history if that is certain. */
  turn?: SentTurn & { readonly executionId: ExecutionId; seen: number | undefined };
  appearances: number;
}

/** Facts that one op leaves at most once in one history; others name its reason where they follow from it. */
const single: ReadonlySet<string> = new Set([
  'WORKFLOW_STARTED',
  'WORKFLOW_SUSPENDED',
  'WORKFLOW_COMPLETED',
  'WORKFLOW_EXECUTION_FAILED',
  'WORKFLOW_CANCELLED',
  'TASK_SCHEDULED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'PROMISE_RESOLVED',
  'PROMISE_REJECTED',
  'CHILD_WORKFLOW_INITIATED',
  'OPERATION_COMPLETED',
  'STATE_SET',
  'SIGNAL_RECEIVED',
  'CANCELLATION_REQUESTED',
  'RETRY_REQUESTED',
  'output',
]);

const MARK = /#(\d+)(?:\.\d+)?#/g;

/** Everything that was asked, and its traces in histories and streams. */
export class Book {
  readonly #ops: Op[] = [];
  readonly #seen = new Set<string>();
  #judged = 0;

  begin(what: string, forecast: Forecast): Op {
    const number = this.#ops.length;
    const op: Op = { number, what, mark: `#${number}#`, answer: 'pending', forecast, effect: 'any', appearances: 0 };
    this.#ops.push(op);
    return op;
  }

  /** Something with these words in it was found in an execution. */
  appeared(executionId: ExecutionId, type: string, text: string): void {
    for (const [mark, number] of text.matchAll(MARK)) {
      const op = this.#ops[Number(number)];
      if (op === undefined) continue;
      op.appearances += 1;
      const where = `${type} of ${executionId}`;
      holds(!isRefused(op), 'R03', () => `${describe(op)} was refused, and yet left ${where}`);
      if (!single.has(type)) continue;
      const name = `${executionId} ${type} ${mark}`;
      holds(!this.#seen.has(name), 'R05', () => `${describe(op)} left ${where} twice`);
      this.#seen.add(name);
    }
  }

  /** The turn of an execution that begins with a fact of this type and these words, if one does. */
  turnAt(executionId: ExecutionId, type: string, text: string): Op | undefined {
    const op = this.find(text);
    if (op?.turn?.executionId !== executionId) return undefined;
    const first = op.turn.commands.length > 0 ? `#${op.number}.0#` : op.mark;
    return text.includes(first) && (first === op.mark || type === 'OPERATION_COMPLETED') ? op : undefined;
  }

  /** The op whose mark stands in a text. */
  find(text: string): Op | undefined {
    const number = /#(\d+)/.exec(text)?.[1];
    return number === undefined ? undefined : this.#ops[Number(number)];
  }

  /** Everything there is has been read: what was answered must be true. */
  judge(): void {
    for (; this.#judged < this.#ops.length; this.#judged += 1) {
      const op = this.#ops[this.#judged];
      if (op === undefined || op.answer === 'pending') return;
      if (op.answer !== 'done') continue;
      const right = op.effect === 'any' || op.appearances > 0 === (op.effect === 'some');
      holds(right, 'R04', () => `${describe(op)} should have left ${op.effect} of it, and left ${op.appearances}`);
      holds(op.proof?.() ?? true, 'R04', () => `${describe(op)} is not to be found`);
    }
  }

  get done(): number {
    return this.#ops.filter(({ answer }) => answer === 'done').length;
  }

  /** The newest ops, for people. */
  journal(count = 40): string {
    return this.#ops.slice(-count).map(describe).join('\n');
  }
}

export function isRefused({ answer }: Pick<Op, 'answer'>): boolean {
  return answer !== 'pending' && answer !== 'done' && answer !== 'unknown';
}

function describe({ mark, what, answer }: Op): string {
  return `${mark} ${what} -> ${answer}`;
}
