import { decided } from '../decision.js';
import type { Loop } from '../engine.js';
import type { OrgId, TaskId } from '../ids.js';
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
  /** Queues in which something may be waiting. */
  readonly #waiting = new Set<string>();
  #lookAt = 0;

  constructor(options: DispatchOptions) {
    this.#options = options;
    options.wakeUps.onNudge((work) => {
      this.#waiting.add(queueName(work));
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
        const queue = queueName({ orgId: seat.orgId, queue: seat.queue, type });
        if (everywhere || hinted.has(queue)) await this.#fill(seat, type, queue, round);
      }
    }
    // Where nobody has room the hint stays until somebody has.
    for (const queue of hinted) if (!round.looked.has(queue)) this.#waiting.add(queue);
    return Math.max(1, this.#lookAt - this.#options.clock.now());
  }

  async #fill(seat: Seat, type: ReadyWork['type'], queue: string, round: Round): Promise<void> {
    const kinds = [...(type === 'workflow' ? seat.workflowKinds : seat.taskKinds)];
    const limit = Math.min(type === 'workflow' ? seat.freeTurns() : seat.freeAttempts(), AT_A_TIME);
    const look = `${queue}/${kinds.join()}`;
    if (kinds.length === 0 || limit <= 0 || round.empty.has(look)) return;
    round.looked.add(queue);
    const { store, clock } = this.#options;
    const { orgId, queue: name } = seat;
    const found = await store.reserve({ orgId, queue: name, type, kinds, limit, now: clock.now(), holdMs: HOLD_MS });
    if (found.length === limit) this.#waiting.add(queue);
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
  /** Queues somebody with room has looked into. */
  readonly looked: Set<string>;
  /** What nobody else need look for in this round: idle workers of one kind are many. */
  readonly empty: Set<string>;
}

function queueName(work: { readonly orgId: OrgId; readonly queue: string; readonly type: ReadyWork['type'] }): string {
  return `${work.type}/${work.orgId}/${work.queue}`;
}
