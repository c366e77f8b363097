import { decided } from '../decision.js';
import type { Loop } from '../engine.js';
import type { TaskId } from '../ids.js';
import type { ReadyWork, Store } from '../ports/store.js';
import type { Clock, WakeUps } from '../ports/surroundings.js';
import { Alarm } from '../services/alarm.js';
import type { Lane } from '../services/lane.js';
import type { Dispatcher, Seat } from '../services/dispatcher.js';

/** How long found work is kept from other processes while its claim is being stored. */
const HOLD_MS = 10_000;
/** How often a look is taken though nobody said there was anything: every hint may be lost. */
const LOOK_EVERY_MS = 1_000;
/** Most pieces taken at a time for one session. */
const AT_A_TIME = 100;

export interface DispatchOptions {
  readonly store: Store;
  readonly lane: Lane;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly wakeUps: WakeUps;
}

/**
 * Gives waiting work to sessions with room. Work that becomes ready while somebody has room never comes here: it is handed
 * over in its own commit. A queue is looked at when a hint says that something waits in it, and once a second anyway.
 */
export class DispatchLoop implements Loop {
  readonly #options: DispatchOptions;
  readonly #alarm = new Alarm();
  /** Lines in which something may be waiting: a kind of work in a queue. */
  readonly #waiting = new Set<string>();
  #lookAt = 0;

  constructor(options: DispatchOptions) {
    this.#options = options;
    options.wakeUps.onNudge((work) => {
      this.#waiting.add(lineName(work, work.kind));
      this.#alarm.ring();
    });
  }

  onWake(wake: () => void): () => void {
    return this.#alarm.onWake(wake);
  }

  /** A session has room again. */
  freed(): void {
    if (this.#waiting.size > 0) this.#alarm.ring();
  }

  /** A session came that may do what nobody could. */
  lookAround(): void {
    this.#lookAt = 0;
    this.#alarm.ring();
  }

  async tick(): Promise<number> {
    const now = this.#options.clock.now();
    const everywhere = now >= this.#lookAt;
    if (everywhere) this.#lookAt = now + LOOK_EVERY_MS;
    // Taken before looking: a hint that comes meanwhile is for the next tick.
    const hinted = new Set(this.#waiting);
    this.#waiting.clear();
    const round: Round = { looked: new Set(), empty: new Set() };
    for (const seat of this.#options.dispatcher.seats()) {
      for (const type of ['workflow', 'task'] as const) {
        const kinds = [...(type === 'workflow' ? seat.workflowKinds : seat.taskKinds)];
        const line = { orgId: seat.orgId, queue: seat.queue, type };
        const wanted = everywhere ? kinds : kinds.filter((kind) => hinted.has(lineName(line, kind)));
        if (wanted.length > 0) await this.#fill(seat, line, wanted, round);
      }
    }
    // Where nobody has room the hint stays until somebody has.
    for (const line of hinted) if (!round.looked.has(line)) this.#waiting.add(line);
    return Math.max(1, this.#lookAt - this.#options.clock.now());
  }

  async #fill(seat: Seat, line: Line, kinds: readonly string[], round: Round): Promise<void> {
    const limit = Math.min(line.type === 'workflow' ? seat.freeTurns() : seat.freeAttempts(), AT_A_TIME);
    const look = lineName(line, kinds.join());
    if (limit <= 0 || round.empty.has(look)) return;
    for (const kind of kinds) round.looked.add(lineName(line, kind));
    const { store, clock } = this.#options;
    const found = await store.reserve({ ...line, kinds, limit, now: clock.now(), holdMs: HOLD_MS });
    if (found.length === limit) for (const kind of kinds) this.#waiting.add(lineName(line, kind));
    else round.empty.add(look);
    await Promise.all(found.map((work) => this.#claim(work, seat)));
  }

  async #claim(work: ReadyWork, seat: Seat): Promise<void> {
    const { lane, dispatcher } = this.#options;
    const taskId = work.type === 'task' ? (work.id as TaskId) : undefined;
    const offer = { executionId: work.executionId, ...(taskId === undefined ? {} : { taskId }) };
    const place = dispatcher.occupy(seat, offer);
    let claimed = false;
    try {
      claimed = await lane.change({
        id: work.executionId,
        orgId: work.orgId,
        ...(taskId === undefined ? {} : { taskIds: [taskId] }),
        decide: ({ execution }) => {
          const stale = { ...decided(false), stale: work.id };
          if (execution === undefined) return stale;
          if (taskId === undefined) {
            if (execution.workflow?.status !== 'PENDING') return stale;
            const claim = { ...place, claimedSequence: execution.sequence };
            return decided(true, [{ type: 'WORKFLOW_CLAIMED', claim }]);
          }
          const task = execution.tasks.get(taskId);
          if (task?.status !== 'PENDING' || task.dueAt !== undefined) return stale;
          return decided(true, [{ type: 'TASK_CLAIMED', taskId, claim: place }]);
        },
      });
    } finally {
      if (!claimed) dispatcher.leave(place);
    }
  }
}

interface Round {
  /** Lines somebody with room has looked into. */
  readonly looked: Set<string>;
  /** What nobody else need look for in this round: idle workers of one kind are many. */
  readonly empty: Set<string>;
}

type Line = Pick<ReadyWork, 'orgId' | 'queue' | 'type'>;

/** Neither an organisation's id nor a queue's name has a space in it. */
function lineName({ type, orgId, queue }: Line, kind: string): string {
  return `${type} ${orgId} ${queue} ${kind}`;
}
