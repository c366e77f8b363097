import type { Capacity } from '@flovyn/protocol/grpc';
import type { Session } from './session.js';

/** How long stopping waits for work in progress. */
const STOP_MS = 30_000;
/** How long it waits for a server that is gone or silent: nothing in progress can be told to anybody. */
const STOP_APART_MS = 2_000;
const STOP_CHECK_MS = 10;
const nothing: Capacity = { workflowCapacity: 0, taskCapacity: 0 };

export interface LastWorkOptions {
  readonly session: Pick<Session, 'request' | 'isConnected' | 'unanswered'>;
  /** How many turns and attempts there are. */
  readonly inFlight: () => number;
  /** Nothing is waited for any more. */
  readonly isHurried: () => boolean;
  readonly looked: (inFlight: number) => void;
}

/** The last work of a worker that stops: what it has, and what was given to it before the server knew that it stops. */
export class LastWork {
  readonly #options: LastWorkOptions;
  #isAsking = false;

  constructor(options: LastWorkOptions) {
    this.#options = options;
  }

  /** Takes nothing more, and waits for what is in progress as long as it is worth it. */
  async done(): Promise<void> {
    const { session, inFlight, isHurried, looked } = this.#options;
    // What was given before the answer is here by then. Without a connection nothing is given.
    if (session.isConnected) this.#ask();
    const until = Date.now() + STOP_MS;
    let together = Date.now();
    while (this.#isBusy && !isHurried() && Date.now() < until && Date.now() - together < STOP_APART_MS) {
      await new Promise((resolve) => setTimeout(resolve, STOP_CHECK_MS));
      if (session.isConnected && !this.#isOnlyAsking) together = Date.now();
      looked(inFlight());
    }
  }

  #ask(): void {
    this.#isAsking = true;
    this.#options.session.request('capacity', nothing, () => (this.#isAsking = false));
  }

  get #isBusy(): boolean {
    return this.#options.inFlight() > 0 || this.#options.session.unanswered > 0;
  }

  /** Whether everything is done, but for the server's word that nothing more comes. */
  get #isOnlyAsking(): boolean {
    return this.#isAsking && this.#options.inFlight() === 0 && this.#options.session.unanswered === 1;
  }
}
