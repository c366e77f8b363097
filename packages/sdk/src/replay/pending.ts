import { type Awaitable, awaitable } from '../awaitable.js';
import { type SuspendType, type WaitingOn, suspendType, suspendTypePrecedence } from '@flovyn/events';

/** How something that was waited for ended. */
export type Settlement = { readonly value: unknown } | { readonly error: Error };

/** A promise that tells whether anybody waits for it. What is derived from it is an ordinary promise. */
class ObservedPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  onAwait: (() => void) | undefined;
  [awaitable]: Awaitable | undefined;

  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.onAwait?.();
    return super.then(fulfilled, rejected);
  }
}

/** Counts the ends of all waits: only those of one execution are ever compared. */
let ends = 0;

/** One thing workflow code can wait for. Until its event is delivered its promise does not settle. */
export class Wait<T = unknown> {
  readonly key: string;
  on: WaitingOn;
  readonly promise: ObservedPromise<T>;
  isSettled = false;
  /** Its place among the ends; absent while it is open. */
  endedAs: number | undefined;
  /** What it failed with. */
  failure: Error | undefined;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: Error) => void;
  #awaiters = 0;

  constructor(key: string, on: WaitingOn) {
    this.key = key;
    this.on = on;
    let resolve!: (value: unknown) => void;
    let reject!: (error: Error) => void;
    const promise = new ObservedPromise<T>((onValue, onError) => {
      resolve = onValue as (value: unknown) => void;
      reject = onError;
    });
    // A result nobody looks at is not an unhandled rejection.
    promise.catch(() => undefined);
    promise.onAwait = () => {
      this.#awaiters += 1;
    };
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isAwaited(): boolean {
    return this.#awaiters > 0;
  }

  /** One who waited waits no longer, whatever becomes of it. */
  letGo(): void {
    this.#awaiters -= 1;
  }

  settle(settlement: Settlement): void {
    this.isSettled = true;
    this.endedAs = ends += 1;
    if ('error' in settlement) {
      this.failure = settlement.error;
      this.#reject(settlement.error);
    } else {
      this.#resolve(settlement.value);
    }
  }
}

/** More would make each suspension of a wide fan-out as long as the fan-out. */
const WAITING_ON_MAX = 100;

/** The promises waiting for an event, by what they wait for. */
export class Waits {
  readonly #open = new Map<string, Wait>();
  readonly #early = new Map<string, Settlement>();

  /** Opens a wait. When its event came before the code asked for it, it is settled at once. */
  open<T>(key: string, on: WaitingOn): Wait<T> {
    const wait = new Wait<T>(key, on);
    const early = this.#early.get(key);
    if (early === undefined) {
      this.#open.set(key, wait);
    } else {
      this.#early.delete(key);
      wait.settle(early);
    }
    return wait;
  }

  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** What is waited for has been given an id. */
  identify(key: string, id: string): void {
    const wait = this.#open.get(key);
    if (wait !== undefined) wait.on = { ...wait.on, id };
  }

  /** Settles a wait. Without one the settlement is kept for code that asks later. False when nobody was waiting. */
  settle(key: string, settlement: Settlement): boolean {
    const wait = this.#open.get(key);
    if (wait === undefined) {
      this.#early.set(key, settlement);
      return false;
    }
    this.#open.delete(key);
    wait.settle(settlement);
    return true;
  }

  /** The open waits of some types, oldest first. */
  openOf(...types: readonly SuspendType[]): Wait[] {
    const found: Wait[] = [];
    for (const wait of this.#open.values()) if (types.includes(wait.on.type)) found.push(wait);
    return found;
  }

  /** What the code really waits for: what decides the suspend type first, then in the order it was asked for. */
  awaited(): WaitingOn[] {
    const byType = new Map<SuspendType, WaitingOn[]>(suspendTypePrecedence.map((type) => [type, []]));
    for (const wait of this.#open.values()) if (wait.isAwaited) byType.get(wait.on.type)?.push(wait.on);
    return [...byType.values()].flat().slice(0, WAITING_ON_MAX);
  }
}

/** The sentence for people about a suspension. */
export function suspendReason(waitingOn: readonly WaitingOn[]): string {
  const [first] = waitingOn;
  switch (first?.type) {
    case suspendType.TASK:
      return `Waiting for task ${first.id} to complete`;
    case suspendType.TIMER:
      return `Waiting for timer ${first.id} to fire`;
    case suspendType.PROMISE:
      return `Waiting for promise ${first.name} to be resolved`;
    case suspendType.CHILD_WORKFLOW:
      return `Waiting for child workflow ${first.name} to complete`;
    case suspendType.SIGNAL:
      return `Waiting for signal ${first.name}`;
    default:
      return 'Waiting';
  }
}
