import type { Loop } from '../engine.js';
import { decideDue } from '../execution/due.js';
import type { TaskId } from '../ids.js';
import type { DueTimer, Store } from '../ports/store.js';
import type { Clock } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import type { Lane } from '../services/lane.js';

const AT_A_TIME = 1_000;
/** A look is taken at least this often: another process may have set a timer. */
const LOOK_EVERY_MS = 1_000;

/** What time brings: timers fire, promises and tasks run out of time, what was put off becomes ready. Never early. */
export class TimerLoop implements Loop {
  readonly #options: { readonly store: Store; readonly lane: Lane; readonly clock: Clock };
  readonly #alarm = new Alarm();
  /** When the next look is to be taken. */
  #lookAt = 0;

  constructor(options: { readonly store: Store; readonly lane: Lane; readonly clock: Clock }) {
    this.#options = options;
  }

  onWake(wake: () => void): () => void {
    return this.#alarm.onWake(wake);
  }

  /** Something became due at `dueAt`: the next look comes no later. */
  putOff(dueAt: number): void {
    if (dueAt >= this.#lookAt) return;
    this.#lookAt = dueAt;
    this.#alarm.ring();
  }

  async tick(): Promise<number> {
    const { store, clock } = this.#options;
    // Until it is known when to look again, every word of a new timer is heard.
    this.#lookAt = Number.POSITIVE_INFINITY;
    const due = await store.dueTimers(clock.now(), AT_A_TIME);
    await Promise.all(due.map((timer) => this.#fire(timer)));
    if (due.length === AT_A_TIME) return 0;
    const next = (await store.nextTimer(clock.now())) ?? Number.POSITIVE_INFINITY;
    const now = clock.now();
    this.#lookAt = Math.min(this.#lookAt, next, now + LOOK_EVERY_MS);
    return Math.max(1, this.#lookAt - now);
  }

  #fire(timer: DueTimer): Promise<void> {
    const { executionId, orgId, type, id } = timer;
    return this.#options.lane.change({
      id: executionId,
      orgId,
      ...(type === 'task' || type === 'deadline' ? { taskIds: [id as TaskId] } : {}),
      decide: (circumstances) => decideDue(circumstances, timer),
    });
  }
}
