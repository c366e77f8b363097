import type { Loop } from '../engine.js';
import { decideDue } from '../execution/due.js';
import type { TaskId } from '../ids.js';
import type { DueTimer, Store, TimerRef } from '../ports/store.js';
import type { Clock } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import type { Lane } from '../services/lane.js';
import { Agenda, timerName } from './agenda.js';

/** Most that is read in one look. */
const IN_ONE_LOOK = 5_000;
/** Most that is under way at a time: others want to write too. */
const UNDER_WAY = 1_000;
/** A look is taken this often: another process may have set a timer, and ended before it was due. */
const LOOK_EVERY_MS = 1_000;
/** How far a look goes. Farther than to the next one, so that a slow store makes no timer late. */
const AHEAD_MS = 2_000;

/**
 * What time brings: timers fire, promises and tasks run out of time, what was put off becomes ready. Never early.
 *
 * What is due soon is read ahead and kept in memory: at the moment itself nothing is asked. What this process sets and
 * lets go meanwhile it is told.
 */
export class TimerLoop implements Loop {
  readonly #options: { readonly store: Store; readonly lane: Lane; readonly clock: Clock };
  readonly #alarm = new Alarm();
  readonly #agenda = new Agenda();
  /** When the next look is to be taken. */
  #lookAt = 0;
  /** Everything due before this instant stands in the agenda. */
  #knownUntil = 0;
  /** What was set or let go while a look was under way, which may have found it as it was before. */
  #moved: Set<string> | undefined;

  constructor(options: { readonly store: Store; readonly lane: Lane; readonly clock: Clock }) {
    this.#options = options;
  }

  onWake(wake: () => void): () => void {
    return this.#alarm.onWake(wake);
  }

  /** Something becomes due. */
  putOff(timer: DueTimer): void {
    this.#moved?.add(timerName(timer));
    if (timer.dueAt >= this.#knownUntil) {
      // A look will find it. One that stood here for an earlier instant does not any more.
      this.#agenda.delete(timer);
      return;
    }
    const isFirst = timer.dueAt < this.#agenda.next;
    this.#agenda.add(timer);
    if (isFirst) this.#alarm.ring();
  }

  /** Something does not become due any more. */
  letGo(timer: TimerRef): void {
    this.#moved?.add(timerName(timer));
    this.#agenda.delete(timer);
  }

  async tick(): Promise<number> {
    const { clock } = this.#options;
    try {
      const begun = clock.now();
      const isDrained = this.#agenda.next > begun && begun >= this.#knownUntil;
      if (begun >= this.#lookAt || isDrained) await this.#look();
      await this.#fireAll(clock.now());
    } catch (error) {
      // What was taken from the agenda and did not happen is found again.
      this.#forget();
      throw error;
    }
    return Math.max(0, Math.min(this.#lookAt, this.#agenda.next, this.#knownUntil) - clock.now());
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#options;
    const now = clock.now();
    const moved = new Set<string>();
    this.#moved = moved;
    // What is set from now on is either found or told; what is told wins.
    this.#knownUntil = now + AHEAD_MS;
    const found = await store.dueTimers(now + AHEAD_MS, IN_ONE_LOOK);
    this.#moved = undefined;
    for (const timer of found) if (!moved.has(timerName(timer))) this.#agenda.add(timer);
    const last = found.at(-1);
    if (found.length === IN_ONE_LOOK && last !== undefined) this.#knownUntil = last.dueAt;
    this.#lookAt = now + LOOK_EVERY_MS;
  }

  /** As many at a time as may be, each followed by the next: the store always has something to do. */
  async #fireAll(now: number): Promise<void> {
    const one = async (): Promise<void> => {
      for (let timer = this.#agenda.take(now); timer !== undefined; timer = this.#agenda.take(now)) {
        await this.#fire(timer);
      }
    };
    const lanes = Math.min(UNDER_WAY, this.#agenda.size);
    const underWay: Promise<void>[] = [];
    for (let lane = 0; lane < lanes && this.#agenda.next <= now; lane += 1) underWay.push(one());
    await Promise.all(underWay);
  }

  #forget(): void {
    this.#agenda.clear();
    this.#moved = undefined;
    this.#lookAt = 0;
    this.#knownUntil = 0;
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
