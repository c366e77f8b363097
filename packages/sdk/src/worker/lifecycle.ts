import { toError } from '../errors.js';
import type { Logger } from '../types.js';
import { WorkerEventSubscription } from './event-subscription.js';
import {
  type WorkerEventFilter,
  type WorkerLifecycleEvent,
  type WorkerLifecycleEventName,
  type WorkerLifecycleEventOf,
  toPredicate,
} from './lifecycle-events.js';
import type { LifecycleHooks } from './lifecycle-hooks.js';
import { type StatusChange, TRANSITIONS, refusal, statusAfter } from './status-machine.js';
import type { WorkerState, WorkerStatus } from './worker-status.js';

type Listener = (event: WorkerLifecycleEvent) => void;

/** The status of a worker, and who wants to hear of it. Nobody who hears can harm or hold up the worker. */
export class WorkerLifecycle {
  readonly #hooks: LifecycleHooks;
  readonly #logger: Logger;
  readonly #listeners = new Map<WorkerLifecycleEventName, Set<Listener>>();
  readonly #subscriptions = new Map<WorkerEventSubscription, (event: WorkerLifecycleEvent) => boolean>();
  #status: WorkerStatus = { state: 'initializing' };

  constructor(hooks: LifecycleHooks, logger: Logger) {
    this.#hooks = hooks;
    this.#logger = logger;
  }

  get status(): WorkerStatus {
    return this.#status;
  }

  is(state: WorkerState): boolean {
    return this.#status.state === state;
  }

  /** @throws {WorkerControlError} when the change is a wish that the worker refuses in the state it is in. */
  become(change: StatusChange): void {
    const before = this.#status;
    this.#status = statusAfter(before, change);
    if (before.state !== this.#status.state) this.#hooks.statusChange(before, this.#status);
  }

  /** @throws {WorkerControlError} when the wish would be refused now. */
  expect(wish: 'pause' | 'resume'): void {
    if (TRANSITIONS[this.#status.state][wish] === 'refused') throw refusal(this.#status.state, wish);
  }

  /** Calls `listener` with every event of this name. Returns how to stop. */
  on<Name extends WorkerLifecycleEventName>(
    name: Name,
    listener: (event: WorkerLifecycleEventOf<Name>) => void,
  ): () => void {
    let listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, (listeners = new Set()));
    // A function of its own, so that one listener given twice is called twice and each can be taken back.
    const own: Listener = (event) => listener(event as WorkerLifecycleEventOf<Name>);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  subscribe(filter?: WorkerEventFilter): WorkerEventSubscription {
    const subscription = new WorkerEventSubscription((closed) => this.#subscriptions.delete(closed));
    if (this.is('stopped')) subscription.end();
    else this.#subscriptions.set(subscription, toPredicate(filter));
    return subscription;
  }

  tell(event: WorkerLifecycleEvent): void {
    const listeners = this.#listeners.get(event.name);
    for (const listener of listeners ?? []) this.#safely(() => listener(event));
    for (const [subscription, wants] of this.#subscriptions) {
      this.#safely(() => {
        if (wants(event)) subscription.push(event);
      });
    }
    this.#hooks.event(event);
  }

  /** Nothing follows. */
  close(): void {
    for (const subscription of this.#subscriptions.keys()) subscription.end();
    this.#subscriptions.clear();
  }

  #safely(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#logger.warn(`A listener of the worker threw: ${toError(error).message}`);
    }
  }
}
