import type { Duration } from '../duration.js';
import type { WorkflowContext } from '../types.js';
import { MockTimerHandle } from './mock-handles.js';
import type { MockWait } from './mock-wait.js';

/** The real one, also where a test has replaced the timers of Node. */
const whenQuiet = setImmediate;

export interface MockTimersOptions {
  readonly ctx: Pick<WorkflowContext, 'currentTimeMillis'>;
  readonly createWait: () => MockWait<void>;
  /** Time has come to `dueMs`, which may be over already. */
  readonly onFire: (duration: Duration, dueMs: number) => void;
  readonly onCancel: (timerId: string) => void;
}

interface Awaited {
  readonly duration: Duration;
  readonly dueMs: number;
  readonly wait: MockWait<void>;
}

/** The timers of a mocked workflow: when its code can go no further, the one that is due first of those it awaits fires. */
export class MockTimers {
  readonly #options: MockTimersOptions;
  readonly #awaited = new Set<Awaited>();
  #isWatching = false;

  constructor(options: MockTimersOptions) {
    this.#options = options;
  }

  start(timerId: string, duration: Duration): MockTimerHandle {
    const { ctx, createWait, onCancel } = this.#options;
    const dueMs = ctx.currentTimeMillis() + Math.max(0, duration.toMilliseconds());
    const wait = createWait();
    const awaited = { duration, dueMs, wait };
    return new MockTimerHandle(
      timerId,
      wait,
      () => this.#await(awaited),
      () => onCancel(timerId),
    );
  }

  #await(awaited: Awaited): void {
    this.#awaited.add(awaited);
    if (this.#isWatching) return;
    this.#isWatching = true;
    whenQuiet(() => this.#fireFirst());
  }

  #fireFirst(): void {
    this.#isWatching = false;
    const open = [...this.#awaited].filter(({ wait }) => wait.endedAs === undefined);
    this.#awaited.clear();
    const [first, ...later] = open.toSorted((a, b) => a.dueMs - b.dueMs);
    if (first === undefined) return;
    this.#options.onFire(first.duration, first.dueMs);
    first.wait.succeed();
    // The code goes on before the next one does.
    for (const awaited of later) this.#await(awaited);
  }
}
