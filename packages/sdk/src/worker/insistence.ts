import type { WorkerItemCase, WorkerItemOf } from '@flovyn/protocol/grpc';
import type { Logger } from '../types.js';
import type { WorkType } from './lifecycle-events.js';
import { meaningOf } from './refusal.js';
import { restMs } from './rest.js';
import type { Answer, Session } from './session.js';

type Refusal = Extract<Answer, { readonly isAccepted: false }>;

/** The work that something said to the server is about. */
export interface Subject {
  readonly workType: WorkType;
  readonly executionId: string;
  /** With its id, such as `A turn of workflow "order" (3f2...)`. */
  readonly what: string;
}

/** Something the server has to hear. */
export interface Word<Case extends WorkerItemCase> {
  readonly kind: Case;
  readonly value: WorkerItemOf<Case>;
  /** What is said from the second time on, where some of it was true for a moment only; `value` when absent. */
  readonly again?: WorkerItemOf<Case>;
  /** There is nothing else to say instead: it is said until the server takes it, or the work is somebody else's. */
  readonly isLast?: boolean;
}

export interface InsistenceOptions {
  readonly session: Pick<Session, 'request'>;
  readonly logger: Logger;
  /** The server could not take something: it is said again. */
  readonly onSetback?: (subject: Subject, error: string) => void;
  /** Replaced in tests. */
  readonly later?: (run: () => void, ms: number) => void;
  readonly chance?: () => number;
}

/**
 * Says what the server has to hear until it is taken, or refused for what it says. A server that can do neither at the
 * moment - others were first, or it failed itself - hears it again, after rests that double up to half a minute: what work
 * has come to is never lost with a bad moment of the server.
 */
export class Insistence {
  readonly #options: InsistenceOptions;
  readonly #later: (run: () => void, ms: number) => void;
  readonly #chance: () => number;

  constructor(options: InsistenceOptions) {
    this.#options = options;
    this.#later = options.later ?? resume;
    this.#chance = options.chance ?? Math.random;
  }

  /** Hands over the answer that ends it, however many times that takes; never before this call returns. */
  request<Case extends WorkerItemCase>(word: Word<Case>, subject: Subject, answered: (answer: Answer) => void): void {
    this.#say(word, subject, 1, answered);
  }

  #say<Case extends WorkerItemCase>(
    word: Word<Case>,
    subject: Subject,
    time: number,
    answered: (answer: Answer) => void,
  ): void {
    const { session, logger, onSetback } = this.#options;
    const value = time === 1 ? word.value : (word.again ?? word.value);
    session.request(word.kind, value, (answer) => {
      if (answer.isAccepted || isDecided(answer, word.isLast === true)) {
        answered(answer);
        return;
      }
      const rest = Math.max(answer.retryAfterMs ?? 0, restMs(time, this.#chance()));
      const error = `${subject.what}: the server could not take it (${answer.code}): ${answer.message}`;
      logger.error(`${error} Trying again in ${rest} ms (attempt ${time + 1}).`);
      onSetback?.(subject, error);
      this.#later(() => this.#say(word, subject, time + 1, answered), rest);
    });
  }
}

function isDecided({ code, stored, retryAfterMs }: Refusal, isLast: boolean): boolean {
  // Output is missing before it: that has to be said first.
  if (stored !== undefined) return true;
  if (retryAfterMs !== undefined) return false;
  const meaning = meaningOf(code);
  return meaning === 'gone' || (meaning === 'final' && !isLast);
}

/** A rest keeps no process alive: what a worker that has stopped still had to say, its server asks of another one. */
function resume(run: () => void, ms: number): void {
  setTimeout(run, ms).unref();
}
