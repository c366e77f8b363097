import { type Activation, type HistoryPage, type SessionEvent, fromSessionEvent } from '@flovyn/protocol/grpc';
import { FlovynError } from '../errors.js';
import type { Replayer } from '../replay/replayer.js';
import { deserialize } from '../serde.js';
import type { Insistence, Subject } from './insistence.js';

export interface HistoryFeedOptions {
  readonly insistence: Pick<Insistence, 'request'>;
  /** The execution's history, to be named where it cannot be had. */
  readonly subject: Subject;
  readonly createReplayer: (input: unknown) => Replayer;
}

/** Brings the facts of an execution to its replay, in order and without a hole; fetches what did not come along. */
export class HistoryFeed {
  /** The last history number the code was played with, or will be: guesses included. */
  sequence = 0;
  #replayer: Replayer | undefined;
  readonly #options: HistoryFeedOptions;
  #pageCame: ((page: HistoryPage) => void) | undefined;

  constructor(options: HistoryFeedOptions) {
    this.#options = options;
  }

  /** Absent until the beginning of the history was read. */
  get replayer(): Replayer | undefined {
    return this.#replayer;
  }

  /**
   * Reads everything an activation is about.
   *
   * @throws {FlovynError} when the server refuses the rest of the history: the claim is somebody else's by now; and when
   * the history does not go on from what the instance has, which then has to be replayed.
   */
  async read(activation: Activation): Promise<Replayer> {
    if (activation.sequence < this.sequence) {
      throw new FlovynError(`The history ends with ${activation.sequence}, before what was played: ${this.sequence}`);
    }
    let input = activation.input;
    this.#take(activation.events, input);
    while (this.#replayer === undefined || this.sequence < activation.sequence) {
      const page = await this.#fetch(activation.claimToken, this.sequence);
      const before = this.sequence;
      input ??= page.input;
      this.#take(page.events, input);
      if (this.sequence === before) throw new FlovynError(`The server sent no fact after number ${before}`);
    }
    return this.#replayer;
  }

  /** When the fact that was read last was recorded, now that a claim shows it. */
  async timeOfLast({ events, claimToken }: Activation): Promise<number | undefined> {
    const isLast = (event: SessionEvent): boolean => event.sequence === this.sequence;
    const last = events.find(isLast) ?? (await this.#fetch(claimToken, this.sequence - 1)).events.find(isLast);
    return last?.timestampMs;
  }

  receivedPage(page: HistoryPage): void {
    this.#pageCame?.(page);
  }

  /** Reads the facts that follow what is known. */
  #take(events: readonly SessionEvent[], input: Uint8Array | undefined): void {
    const next = followers(events, this.sequence);
    if (next.length === 0) return;
    if (this.#replayer === undefined) {
      if (input === undefined) return;
      this.#replayer = this.#options.createReplayer(deserialize(Buffer.from(input).toString()));
    }
    this.#replayer.read(next.map(fromSessionEvent));
    this.sequence += next.length;
  }

  #fetch(claimToken: string, afterSequence: number): Promise<HistoryPage> {
    const { insistence, subject } = this.#options;
    return new Promise((resolve, reject) => {
      this.#pageCame = (page) => {
        if (page.claimToken === claimToken && page.afterSequence === afterSequence) resolve(page);
      };
      const value = { workflowExecutionId: subject.executionId, claimToken, afterSequence };
      insistence.request({ kind: 'historyWanted', value }, subject, (answer) => {
        if (!answer.isAccepted) reject(new FlovynError(`Its history was refused: ${answer.code}: ${answer.message}`));
      });
    });
  }
}

/** The events after `known`, if they continue it without a hole. */
function followers(events: readonly SessionEvent[], known: number): readonly SessionEvent[] {
  const start = events.findIndex(({ sequence }) => sequence === known + 1);
  if (start === -1) return [];
  const next = events.slice(start);
  const hole = next.findIndex(({ sequence }, index) => sequence !== known + 1 + index);
  return hole === -1 ? next : next.slice(0, hole);
}
