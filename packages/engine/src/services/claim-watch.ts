import { decided } from '../decision.js';
import type { ExecutionId, TaskId } from '../ids.js';
import type { Store } from '../ports/store.js';
import type { Reporter } from '../ports/surroundings.js';
import type { Dispatcher, Holder } from './dispatcher.js';
import type { Lane } from './lane.js';

export interface ClaimWatchParts {
  readonly lane: Pick<Lane, 'change'>;
  readonly dispatcher: Dispatcher;
  readonly sessions: Pick<Store['sessions'], 'holdersOf'>;
  readonly reporter: Reporter;
  /** Somebody has room again. */
  readonly freed: () => void;
}

/** Most claims asked for in one look. */
const AT_A_TIME = 1_000;

type Held = { readonly executionId: ExecutionId; readonly taskId?: TaskId };

/**
 * Notices when others have ended claims of workers that are connected here: a task was cancelled through another process,
 * its time was over, or its lease. The worker is told to stop, and has room for something else. What others say is a hint;
 * what is stored counts.
 */
export class ClaimWatch {
  readonly #parts: ClaimWatchParts;
  #looking: Promise<void> | undefined;

  constructor(parts: ClaimWatchParts) {
    this.#parts = parts;
  }

  /** It is said that this claim has ended. */
  hinted(holder: Holder, token: string): void {
    const held = heldBy(holder, token);
    if (held === undefined) return;
    this.#release(holder, token, held).catch((error: unknown) => {
      // Nothing is lost: the next look at all of them finds it.
      this.#parts.reporter.warn('A claim that has ended elsewhere could not be looked into', { token, error });
    });
  }

  /** Looks at all claims of this process, as if each had been hinted at. One look at a time: who asks meanwhile shares it. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const claims = [...this.#parts.dispatcher.holders()].flatMap((holder) =>
      [...holder.turns.keys(), ...holder.attempts.keys()].map((token) => ({ holder, token })),
    );
    for (let from = 0; from < claims.length; from += AT_A_TIME) {
      const some = claims.slice(from, from + AT_A_TIME).flatMap((claim) => {
        const held = heldBy(claim.holder, claim.token);
        return held === undefined ? [] : [{ ...claim, held }];
      });
      const stored = await this.#parts.sessions.holdersOf(some.map(({ held }) => held.taskId ?? held.executionId));
      const standing = new Set(stored.map(({ token }) => token));
      const missing = some.filter(({ token }) => !standing.has(token));
      await Promise.all(missing.map(({ holder, token, held }) => this.#release(holder, token, held)));
    }
  }

  /**
   * Lets go of a claim that does not stand. Asked of the lane, behind the change that may be about to make the claim: a
   * token is noted before it is stored.
   */
  async #release(holder: Holder, token: string, { executionId, taskId }: Held): Promise<void> {
    const { lane, dispatcher, freed } = this.#parts;
    const end = await lane.change<End | undefined>({
      id: executionId,
      orgId: holder.orgId,
      ...(taskId === undefined ? {} : { taskIds: [taskId] }),
      decide: ({ execution }) => {
        if (taskId === undefined) {
          const workflow = execution?.workflow;
          return decided(workflow?.status === 'RUNNING' && workflow.claim.token === token ? undefined : {});
        }
        const task = execution?.tasks.get(taskId);
        if (task?.status === 'RUNNING' && task.claim.token === token) return decided(undefined);
        // Its holder need not be told what it said itself.
        if (task === undefined || task.lastToken === token) return decided({});
        const reason = task.status === 'CANCELLED' ? task.reason : task.status === 'FAILED' ? task.error : ENDED;
        return decided({ reason });
      },
    });
    if (end === undefined || heldBy(holder, token) === undefined) return;
    const place = { sessionId: holder.id, token };
    if (taskId !== undefined && end.reason !== undefined) {
      const { reason } = end;
      dispatcher.session(holder.id)?.deliver({ type: 'attempt-cancelled', taskId, token, reason });
    }
    dispatcher.leave(place);
    freed();
  }
}

/** How a claim has ended; with a reason its holder is told. */
interface End {
  readonly reason?: string;
}

const ENDED = 'The attempt was taken back';

function heldBy({ turns, attempts }: Holder, token: string): Held | undefined {
  const executionId = turns.get(token);
  return executionId === undefined ? attempts.get(token) : { executionId };
}
