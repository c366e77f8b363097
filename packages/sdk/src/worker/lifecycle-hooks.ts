import { toError } from '../errors.js';
import type { Logger } from '../types.js';
import type { WorkerLifecycleEvent } from './lifecycle-events.js';
import type { WorkerStatus } from './worker-status.js';

/**
 * Told of a worker's life, and asked about it. Hooks are called in their order, each after the one before it has settled.
 * One that throws is logged and counts as one that allows; so does an answer that takes longer than 10 s.
 *
 * @example
 *   import { type WorkerLifecycleHook } from '@flovyn/sdk';
 *
 *   const warm: WorkerLifecycleHook = {
 *     onBeforeStart: async () => (await fetch('http://127.0.0.1:11434/health')).ok,
 *     onStatusChange: (before, after) => console.log(`${before.state} -> ${after.state}`),
 *   };
 * @see docs/guides/watch-a-worker.md
 */
export interface WorkerLifecycleHook {
  /** Every event, in order. The worker does not wait; 1,000 may be untold, then the oldest is dropped. */
  onEvent?(event: WorkerLifecycleEvent): void | Promise<void>;
  /** The worker went from one state into another. What changes within a state is not told. */
  onStatusChange?(before: WorkerStatus, after: WorkerStatus): void | Promise<void>;
  /** `false` prevents the start: `client.start()` rejects with kind `rejectedByHook`. */
  onBeforeStart?(): boolean | undefined | void | Promise<boolean | undefined | void>;
  /** The worker still works. Not called by `abort()`, nor when the worker cannot go on. */
  onBeforeStop?(graceful: boolean): void | Promise<void>;
  /** `false` refuses the pause. */
  onPauseRequested?(reason: string): boolean | undefined | void | Promise<boolean | undefined | void>;
  /** `false` refuses to go on. */
  onResumeRequested?(): boolean | undefined | void | Promise<boolean | undefined | void>;
}

type Call = (hook: WorkerLifecycleHook) => unknown;

/** What may wait for slow hooks, and how long their answers, and their end, are waited for. */
const UNTOLD = 1_000;
const ANSWER_MS = 10_000;
const SETTLE_MS = 1_000;

/** The hooks of one worker. */
export class LifecycleHooks {
  readonly #hooks: readonly WorkerLifecycleHook[];
  readonly #logger: Logger;
  readonly #untold: Call[] = [];
  #telling: Promise<void> | undefined;
  #isBehind = false;

  constructor(hooks: readonly WorkerLifecycleHook[], logger: Logger) {
    this.#hooks = hooks;
    this.#logger = logger;
  }

  get isEmpty(): boolean {
    return this.#hooks.length === 0;
  }

  event(event: WorkerLifecycleEvent): void {
    this.#tell((hook) => hook.onEvent?.(event));
  }

  statusChange(before: WorkerStatus, after: WorkerStatus): void {
    this.#tell((hook) => hook.onStatusChange?.(before, after));
  }

  /** Asks one hook after the other, until one says `false`. */
  async allow(ask: Call): Promise<boolean> {
    for (const hook of this.#hooks) {
      if ((await this.#call(() => within(ANSWER_MS, ask(hook)))) === false) return false;
    }
    return true;
  }

  /** Waits until everything was told, for a second at most: a hook may be waiting for this very stop. */
  async settled(): Promise<void> {
    if (this.#telling !== undefined) await within(SETTLE_MS, this.#telling).catch(() => undefined);
  }

  #tell(call: Call): void {
    if (this.isEmpty) return;
    this.#untold.push(call);
    if (this.#untold.length > UNTOLD) {
      this.#untold.shift();
      if (!this.#isBehind) this.#logger.warn('A lifecycle hook is slow: it does not hear of everything');
      this.#isBehind = true;
    }
    this.#telling ??= this.#tellAll();
  }

  async #tellAll(): Promise<void> {
    // After whoever caused the event: a hook never runs inside of the worker.
    await Promise.resolve();
    for (let call = this.#untold.shift(); call !== undefined; call = this.#untold.shift()) {
      for (const hook of this.#hooks) await this.#call(() => call?.(hook));
    }
    this.#isBehind = false;
    this.#telling = undefined;
  }

  async #call(call: () => unknown): Promise<unknown> {
    try {
      return await call();
    } catch (error) {
      this.#logger.warn(`A lifecycle hook threw: ${toError(error).message}`);
      return undefined;
    }
  }
}

async function within(ms: number, answer: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
