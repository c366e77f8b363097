/** More at a time find no more work: each of them is answered at once while there is some. */
const MOST_POLLS = 5;
/** How long a poll that is not wanted any more may still come back by itself: where there is work, it is about to. */
const GRACE_MS = 100;
/** What is wrong with a poll will hardly be over in a moment. */
const AFTER_ERROR_MS = 1_000;

export interface PollingOptions<Work> {
  /** Asks once; `undefined` when there is nothing. */
  readonly poll: (signal: AbortSignal) => Promise<Work | undefined>;
  readonly take: (work: Work) => void;
  /** How much more may be taken now. */
  readonly room: () => number;
  /** An empty answer that comes sooner than this was not held by the server: the next poll waits for so long. */
  readonly idleMs: number;
  readonly failed: (error: unknown) => void;
}

/**
 * Asks for one sort of work as long as there is room: with one poll while there is nothing, with more while there is much.
 * After a hit it asks again at once.
 */
export class Polling<Work> {
  readonly #options: PollingOptions<Work>;
  readonly #underWay = new Set<AbortController>();
  /** How many polls the luck of the last ones allows. */
  #most = 1;
  #resting: NodeJS.Timeout | undefined;
  #isClosed = false;
  #settled: (() => void)[] = [];

  constructor(options: PollingOptions<Work>) {
    this.#options = options;
  }

  /** There may be room. */
  look(): void {
    while (!this.#isClosed && this.#resting === undefined && this.#underWay.size < this.#wanted) void this.#ask();
  }

  /** Looks again at how much room there is. Resolves when no poll is under way for which there is none. */
  async settle(): Promise<void> {
    this.look();
    if (this.#options.room() > 0 || this.#underWay.size === 0) return;
    const grace = setTimeout(() => this.#abort(), GRACE_MS);
    await new Promise<void>((resolve) => this.#settled.push(resolve));
    clearTimeout(grace);
  }

  /** Gives up what is under way, and asks no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#resting);
    this.#abort();
  }

  get #wanted(): number {
    return Math.min(this.#most, this.#options.room());
  }

  async #ask(): Promise<void> {
    const asked = new AbortController();
    this.#underWay.add(asked);
    const begunAt = performance.now();
    try {
      const work = await this.#options.poll(asked.signal);
      if (work === undefined) this.#foundNothing(performance.now() - begunAt);
      else this.#found(work);
    } catch (error) {
      if (!asked.signal.aborted) this.#failed(error);
    } finally {
      this.#underWay.delete(asked);
      if (this.#underWay.size === 0) for (const settled of this.#settled.splice(0)) settled();
      this.look();
    }
  }

  #found(work: Work): void {
    this.#most = Math.min(this.#most + 1, MOST_POLLS);
    this.#options.take(work);
  }

  #foundNothing(afterMs: number): void {
    this.#most = 1;
    // The others that are under way are enough, and may be held.
    if (this.#underWay.size === 1) this.#rest(this.#options.idleMs - afterMs);
  }

  #failed(error: unknown): void {
    this.#most = 1;
    this.#rest(AFTER_ERROR_MS);
    this.#options.failed(error);
  }

  #rest(ms: number): void {
    if (ms <= 0 || this.#isClosed) return;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      this.look();
    }, ms);
  }

  #abort(): void {
    for (const asked of this.#underWay) asked.abort();
  }
}
