import { hash } from 'node:crypto';

const MASK = 0xffff_ffff_ffff_ffffn;
const BELOW_ONE = 1 - Number.EPSILON / 2;

/**
 * Ids derived from the execution: version 5 UUIDs in the namespace of its own id, named `<id>:<counter>`. One counter
 * serves every task, child and random UUID in program order, and it advances during replay too.
 */
export class IdSource {
  readonly #executionId: string;
  readonly #namespace: Buffer;
  #counter = 0;

  constructor(executionId: string) {
    this.#executionId = executionId;
    this.#namespace = Buffer.from(executionId.replaceAll('-', ''), 'hex');
  }

  next(): string {
    const name = `${this.#executionId}:${this.#counter}`;
    this.#counter += 1;
    // In one call: a hash object has a native half, which collecting it would have to wait for.
    const hex = hash('sha1', Buffer.concat([this.#namespace, Buffer.from(name)]), 'hex');
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}

/** Random numbers derived from the execution: xorshift64, seeded with the low 64 bits of its id. */
export class RandomSource {
  readonly #executionId: string;
  #state: bigint | undefined;

  constructor(executionId: string) {
    this.#executionId = executionId;
  }

  /** From 0 to below 1. */
  next(): number {
    let x = this.#state ?? this.#seed();
    x ^= (x << 13n) & MASK;
    x ^= x >> 7n;
    x ^= (x << 17n) & MASK;
    this.#state = x;
    // The largest states round up to exactly 1.
    return Math.min(Number(x) / 2 ** 64, BELOW_ONE);
  }

  #seed(): bigint {
    const seed = BigInt(`0x${this.#executionId.replaceAll('-', '')}`) & MASK;
    return seed === 0n ? 1n : seed;
  }
}

/** The time workflow code sees: that of the newest fact delivered to it, never going back. */
export class WorkflowClock {
  #now = 0;
  #isExact = true;
  #guessRead = false;

  /** `timestampMs` is absent for a fact the server has not numbered yet: its time is not known here. */
  observe(timestampMs: number | undefined): void {
    this.#isExact = timestampMs !== undefined;
    if (timestampMs !== undefined) this.#now = Math.max(this.#now, timestampMs);
  }

  read(): number {
    if (!this.#isExact) this.#guessRead = true;
    return this.#now;
  }

  /** The same for those whose answer is not recorded: reading it decides nothing. */
  get latest(): number {
    return this.#now;
  }

  /** True when code has read the time while nobody here knew it: what it decided since cannot be trusted. */
  get guessRead(): boolean {
    return this.#guessRead;
  }
}
