import { decided } from '../decision.js';
import type { Loop } from '../engine.js';
import type { ExecutionView } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import type { ReadyLine, ReadyWork, Store } from '../ports/store.js';
import type { Clock, WakeUps } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import { type Dispatcher, type Place, type Seat, canTake } from '../services/dispatcher.js';
import type { Lane } from '../services/lane.js';
import { WaitingLines } from './waiting-lines.js';

/** How long found work is kept from other processes while its claim is being stored. */
const HOLD_MS = 10_000;
/** How often a look is taken though nobody said there was anything: every hint may be lost, and others have work too. */
const LOOK_EVERY_MS = 1_000;
/** Most pieces taken at a time for those who take the same. */
const AT_A_TIME = 100;
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
 */
export class DispatchLoop implements Loop {
  readonly #options: DispatchOptions;
  readonly #alarm = new Alarm();
  readonly #waiting = new WaitingLines();
  #lookAt = 0;

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
    if (!this.#waiting.isEmpty) this.#alarm.ring();
  }

  async tick(): Promise<number> {
    const { store, clock } = this.#options;
    const now = clock.now();
    if (now >= this.#lookAt) {
      this.#lookAt = now + LOOK_EVERY_MS;
      for (const line of await store.readyLines(LINES)) this.#waiting.add(line);
    }
    const claims: Promise<void>[] = [];
    for (const group of this.#groups()) claims.push(...(await this.#fill(group)));
    await Promise.all(claims);
    return Math.max(1, this.#lookAt - clock.now());
  }

  /** Who has room for something that waits, together with all others who would take the same. */
  #groups(): readonly Group[] {
    const groups = new Map<string, Group>();
    if (this.#waiting.isEmpty) return [];
    for (const seat of this.#options.dispatcher.seats()) {
      for (const type of ['workflow', 'task'] as const) {
        if (seat.free(type) <= 0) continue;
        const { orgId, queue } = seat;
        const kinds = this.#waiting.kinds({ orgId, queue, type }, (kind) => seat.accepts(type, kind));
        if (kinds.length === 0) continue;
        const name = `${type} ${orgId} ${queue} ${kinds.join()}`;
        const group = groups.get(name) ?? { queue: { orgId, queue, type }, kinds, seats: [] };
        group.seats.push(seat);
        groups.set(name, group);
      }
    }
    return [...groups.values()];
  }

  /** Takes what waits for those with room. A line stays in mind until a look has found less in it than was wanted. */
  async #fill({ queue, kinds, seats }: Group): Promise<readonly Promise<void>[]> {
    const { store, clock } = this.#options;
    const room = seats.reduce((sum, seat) => sum + Math.max(0, seat.free(queue.type)), 0);
    const limit = Math.min(room, AT_A_TIME);
    if (limit === 0) return [];
    // Taken before looking: a hint that comes meanwhile is for the next tick.
    for (const kind of kinds) this.#waiting.delete({ ...queue, kind });
    const found = await store.reserve({ ...queue, kinds, limit, now: clock.now(), holdMs: HOLD_MS });
    if (found.length === limit) {
      for (const kind of kinds) this.#waiting.add({ ...queue, kind });
      // There may be more, and somebody to take it.
      if (room > limit) this.#alarm.ring();
    }
    return found.map((work) => this.#claim(work, seats));
  }

  async #claim(work: ReadyWork, seats: readonly Seat[]): Promise<void> {
    const { lane, dispatcher } = this.#options;
    const taskId = work.type === 'task' ? (work.id as TaskId) : undefined;
    // All the room may have gone to something else while the store was looked into: the work waits on.
    const seat = seats.find((one) => canTake(one, work));
    if (seat === undefined) return this.#giveUp(work);
    const { executionId, type } = work;
    const place = dispatcher.occupy(seat, { executionId, type, ...(taskId === undefined ? {} : { taskId }) });
    let claimed = false;
    try {
      claimed = await lane.change({
        id: executionId,
        orgId: work.orgId,
        ...(taskId === undefined ? {} : { taskIds: [taskId] }),
        decide: ({ execution, reread }) => {
          const claimed = taskId === undefined ? turnClaimed(execution, place) : taskClaimed(execution, taskId, place);
          if (claimed !== undefined) return decided(true, [claimed]);
          reread();
          return { ...decided(false), stale: work.id };
        },
      });
    } finally {
      if (!claimed) dispatcher.leave(place);
    }
  }

  /** Reserved for nobody: offered again at once. */
  async #giveUp(work: ReadyWork): Promise<void> {
    await this.#options.store.release(work.id);
    this.#waiting.add(work);
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
  readonly queue: Omit<ReadyLine, 'kind'>;
  readonly kinds: readonly string[];
  readonly seats: Seat[];
}
