import { decided } from '../decision.js';
import type { Loop } from '../engine.js';
import type { ExecutionView } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import type { ReadyWork, Store } from '../ports/store.js';
import type { Clock, WakeUps } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import type { Dispatcher, Place, Seat } from '../services/dispatcher.js';
import type { Lane } from '../services/lane.js';
import { Shelf } from './shelf.js';
import { type Queue, WaitingLines, queueName } from './waiting-lines.js';

/** How long found work is kept from other processes while its claim is being stored. Past it, a claim may meet another. */
const HOLD_MS = 2_000;
/** How often a look is taken though nobody said there was anything: every hint may be lost, and others have work too. */
const LOOK_EVERY_MS = 1_000;
/** Most pieces taken at a time for those who take the same. */
const AT_A_TIME = 500;
/** Most lines found in one look. */
const LINES = 10_000;

export interface DispatchOptions {
  readonly store: Store;
  readonly lane: Lane;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
}

/**
 * Gives waiting work to workers with room. Work that becomes ready while somebody has room never comes here: it is handed
 * over in its own commit. What waits is known by hints, and once a second by one look at all lines: idle workers, however
 * many, ask the store for nothing.
 *
 * A tick finds work and begins to claim it. Whoever it is claimed for has no room meanwhile, so nobody waits for the claims.
 */
export class DispatchLoop implements Loop {
  readonly #options: DispatchOptions;
  readonly #alarm = new Alarm();
  readonly #waiting = new WaitingLines();
  readonly #shelf = new Shelf();
  #lookAt = 0;
  /** The first claim that failed since the last tick. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
    options.wakeUps.onNudge((work) => {
      this.#waiting.add(work);
      this.#alarm.ring();
    });
  }

  onWake(wake: () => void): () => void {
    return this.#alarm.onWake(wake);
  }

  /** Somebody has room, who had none or was not here. */
  freed(): void {
    for (const queue of this.#shelf.queues()) this.#give(queue);
    if (!this.#waiting.isEmpty) this.#alarm.ring();
  }

  async tick(): Promise<number> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (now >= this.#lookAt) {
      this.#lookAt = now + LOOK_EVERY_MS;
      for (const line of await store.readyLines(LINES)) this.#waiting.add(line);
    }
    // First what was kept for too long, which may be reserved by others soon.
    const puttingBack = this.#putBack();
    for (const queue of this.#shelf.queues()) this.#give(queue);
    await Promise.all([puttingBack, ...this.#groups().map((group) => this.#fill(group))]);
    this.#raise();
    return Math.max(1, Math.min(this.#lookAt, this.#shelf.expiresAt) - clock.now());
  }

  /** Who has room for something that waits, together with all others who would take the same. */
  #groups(): readonly Group[] {
    const groups = new Map<string, Group>();
    for (const { queue, kinds } of this.#waiting.queues()) {
      const { type } = queue;
      for (const seat of this.#options.dispatcher.seatsAt(queue)) {
        const room = seat.free(type);
        if (room <= 0) continue;
        const accepted = [...kinds].filter((kind) => seat.accepts(type, kind));
        if (accepted.length === 0) continue;
        const name = `${queueName(queue)} ${accepted.join()}`;
        const group = groups.get(name);
        if (group === undefined) groups.set(name, { queue, kinds: accepted, room });
        else group.room += room;
      }
    }
    return [...groups.values()];
  }

  /** Takes what waits for those with room. A line stays in mind until a look has found less in it than was wanted. */
  async #fill({ queue, kinds, room }: Group): Promise<void> {
    const { store, clock } = this.#options;
    const limit = Math.min(this.#shelf.wanted(queue, room), AT_A_TIME);
    // Taken before looking: a hint that comes meanwhile is for the next tick.
    for (const kind of kinds) this.#waiting.delete({ ...queue, kind });
    const found = await store.reserve({ ...queue, kinds, limit, now: clock.now(), holdMs: HOLD_MS });
    const isAll = found.length < limit;
    this.#shelf.put(queue, found, isAll, clock.now());
    this.#give(queue);
    if (isAll) return;
    for (const kind of kinds) this.#waiting.add({ ...queue, kind });
    // There may be more, and somebody to take it.
    if (room > limit) this.#alarm.ring();
  }

  /** Gives what is at hand to those with room. */
  #give(queue: Queue): void {
    const { type } = queue;
    for (const seat of this.#options.dispatcher.seatsAt(queue)) {
      while (seat.free(type) > 0) {
        const work = this.#shelf.take(queue, (kind) => seat.accepts(type, kind));
        if (work === undefined) break;
        this.#claim(work, seat).catch((error: unknown) => {
          this.#failure ??= { error };
          this.#alarm.ring();
        });
      }
    }
  }

  async #claim(work: ReadyWork, seat: Seat): Promise<void> {
    const { lane, dispatcher } = this.#options;
    const taskId = work.type === 'task' ? (work.id as TaskId) : undefined;
    const { executionId, type } = work;
    const place = dispatcher.occupy(seat, { executionId, type, ...(taskId === undefined ? {} : { taskId }) });
    let isClaimed = false;
    try {
      isClaimed = await lane.change({
        id: executionId,
        orgId: work.orgId,
        ...(taskId === undefined ? {} : { taskIds: [taskId] }),
        decide: ({ execution }) => {
          const claimed = taskId === undefined ? turnClaimed(execution, place) : taskClaimed(execution, taskId, place);
          if (claimed !== undefined) return decided(true, [claimed]);
          return { ...decided(false), stale: work.id };
        },
      });
    } finally {
      if (!isClaimed) dispatcher.leave(place);
    }
    // It was gone already: there is room for something else.
    if (!isClaimed) this.freed();
  }

  /** What was reserved and nobody came for is offered again at once. */
  async #putBack(): Promise<void> {
    const { store, clock } = this.#options;
    const expired = this.#shelf.takeExpired(clock.now());
    await Promise.all(expired.map(({ id }) => store.release(id)));
    for (const work of expired) this.#waiting.add(work);
  }

  #raise(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}

function turnClaimed(execution: ExecutionView | undefined, place: Place): Occurrence | undefined {
  if (execution?.workflow?.status !== 'PENDING') return undefined;
  return { type: 'WORKFLOW_CLAIMED', claim: { ...place, claimedSequence: execution.sequence } };
}

function taskClaimed(execution: ExecutionView | undefined, taskId: TaskId, place: Place): Occurrence | undefined {
  const task = execution?.tasks.get(taskId);
  if (task?.status !== 'PENDING' || task.dueAt !== undefined) return undefined;
  return { type: 'TASK_CLAIMED', taskId, claim: place };
}

interface Group {
  readonly queue: Queue;
  readonly kinds: readonly string[];
  room: number;
}
