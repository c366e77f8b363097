import { ServiceError } from '@flovyn/protocol';
import type { Change, RequestOnce } from '../change.js';
import type { Answer, Circumstances, Decision, OwnDecision } from '../decision.js';
import type { Claim, TurnClaim } from '../execution/state.js';
import type { Execution, ExecutionView } from '../execution/view.js';
import { forward } from '../forward.js';
import type { ExecutionId, TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import type { IdempotencyKey } from '../ports/store.js';
import type { Clock, Ids } from '../ports/surroundings.js';
import { Batch } from './batch.js';
import type { Dispatcher, Offer, Place } from './dispatcher.js';
import { type Meeting, taskOffer, workflowOffer } from './hand-over.js';
import { carriedOut, repeatedAnswer, requestKeyName } from './once.js';
import { Missing, Unconfirmed, type Prepared, type WorkingSet, keyName } from './working-set.js';

/** What became of one change. */
export type Outcome = Answer<unknown> | { readonly thrown: unknown };

/** A place of a session that was taken in a batch. */
export interface TakenPlace {
  readonly claim: Place | TurnClaim;
  readonly execution: Execution;
  readonly taskId?: TaskId;
}

/** A running attempt that others have ended. */
export interface Cancellation {
  readonly claim: Claim;
  readonly taskId: TaskId;
  readonly reason: string;
}

export interface BuilderParts {
  readonly prepared: Prepared;
  readonly working: WorkingSet;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Decides changes one after the other, each on what the ones before it have left, and gathers what they come to: rows, and
 * what is to be told once the rows are stored. What a change means for other executions happens here too, in the same
 * batch; and work that becomes ready meets a session with room.
 *
 * Throws {@link Missing} when an execution is needed that was not read, and {@link Unconfirmed} when one must be read anew:
 * then nothing of the batch may be kept.
 */
export class BatchBuilder {
  readonly batch: Batch;
  readonly touched = new Set<Execution>();
  /** Work and worker that met. */
  readonly meetings: Meeting[] = [];
  readonly cancellations: Cancellation[] = [];
  /** Claims that are as if they had never been if the batch is not stored. */
  readonly places: TakenPlace[] = [];
  /** Those of them for which a place was taken here: it is given back then. Others belong to who asked for the claim. */
  readonly taken: Place[] = [];
  /** Claims that end with this batch. */
  readonly endings: Claim[] = [];
  readonly #parts: BuilderParts;
  /** What goes altogether with this batch: to the changes after that one it is not there. */
  readonly #removed = new Set<ExecutionId>();
  /** What the occurrences of the change at hand mean for other executions. */
  #forwarded: Change<unknown>[] = [];

  constructor(parts: BuilderParts) {
    this.#parts = parts;
    this.batch = new Batch({ life: parts.prepared.life, newEpoch: () => parts.ids.epoch(), stamp: parts.ids.epoch() });
  }

  decide(change: Change<unknown>): Outcome {
    const now = this.#parts.clock.now();
    let outcome: Outcome;
    try {
      outcome = change.once === undefined ? this.#carryOut(change, now) : this.#carryOutOnce(change, change.once, now);
    } catch (error) {
      if (error instanceof Missing || error instanceof Unconfirmed) throw error;
      this.#forwarded = [];
      return { thrown: error };
    }
    this.#carryOutForwarded(now);
    return outcome;
  }

  #carryOutOnce(change: Change<unknown>, once: RequestOnce, now: number): Answer<unknown> {
    const id = { orgId: change.orgId, key: requestKeyName(once) };
    const known = this.#keyOf(id, now);
    if (known !== undefined) return repeatedAnswer(once, known);
    const answer = this.#carryOut(change, now);
    if ('reply' in answer) {
      const key = carriedOut(change, once, answer.reply, now, () => this.#parts.ids.executionId());
      this.batch.claimKey(key, this.#parts.prepared.keys.get(keyName(id)));
    }
    return answer;
  }

  /** Breadth first: what an end sets off reaches parents and children in the order in which they are told. */
  #carryOutForwarded(now: number): void {
    for (let next = this.#forwarded.shift(); next !== undefined; next = this.#forwarded.shift()) {
      try {
        this.#carryOut(next, now);
      } catch (error) {
        // The other execution refuses: it has ended, or has no more room. What sets it off has happened all the same.
        if (!ServiceError.is(error)) throw error;
      }
    }
  }

  #carryOut(change: Change<unknown>, now: number): Answer<unknown> {
    const found = this.#find(change.id, change.fresh === true);
    // Another organisation's execution does not exist, whoever asks.
    const own = found?.orgId === change.orgId ? found : undefined;
    const decision = this.#decision(change, own, now);
    if ('instead' in decision) return this.#carryOut(decision.instead, now);
    if (found !== own && decision.occurrences.length > 0) {
      throw new ServiceError('ALREADY_EXISTS', `Id ${change.id} is taken. Use a new random UUID.`);
    }
    for (const key of decision.keys ?? []) {
      this.batch.claimKey(key, this.#parts.prepared.keys.get(keyName(key)));
    }
    if (decision.stale !== undefined) this.batch.dropReady(decision.stale);
    if (decision.staleTimer !== undefined) this.batch.dropTimer(decision.staleTimer);
    if (decision.occurrences.length === 0 && decision.remove !== true) {
      this.#standOnStored(own);
      return answerOf(decision, own);
    }

    const execution = own ?? this.#parts.working.create(change.id, change.orgId, rootOf(decision) ?? change.id);
    this.#parts.prepared.executions.set(execution.id, execution);
    this.touched.add(execution);
    if (decision.remove === true) {
      this.batch.remove(execution);
      this.#removed.add(execution.id);
    }
    for (const occurrence of decision.occurrences) this.#apply(execution, occurrence, now);
    const answer = answerOf(decision, execution);
    this.#meet(workflowOffer(execution), execution, now);
    return answer;
  }

  #decision(change: Change<unknown>, own: Execution | undefined, now: number): Decision<unknown> {
    try {
      return change.decide(this.#circumstances(change, own, now));
    } catch (error) {
      if (ServiceError.is(error)) this.#standOnStored(own);
      throw error;
    }
  }

  /**
   * What writes to an execution is checked against its version by the store. What is refused, or has nothing to do, writes
   * nothing: it is decided on what is stored at this moment, as another process may have gone on since.
   */
  #standOnStored(execution: Execution | undefined): void {
    if (execution === undefined || this.#parts.prepared.again) return;
    throw new Unconfirmed(execution.id);
  }

  #circumstances(change: Change<unknown>, execution: Execution | undefined, now: number): Circumstances {
    return {
      execution,
      now,
      key: (name) => this.#keyOf({ orgId: change.orgId, key: name }, now),
      other: (id, fresh = false) => {
        const other = this.#find(id, fresh);
        return other?.orgId === change.orgId ? other : undefined;
      },
      reread: () => this.#standOnStored(execution),
      takenElsewhere: (taskId) => this.#parts.prepared.elsewhere.has(taskId),
    };
  }

  #find(id: ExecutionId, fresh: boolean): Execution | undefined {
    if (this.#removed.has(id)) return undefined;
    const { prepared, working } = this.#parts;
    const known = prepared.executions.get(id) ?? (prepared.again ? undefined : working.cached(id));
    if (known !== undefined) {
      prepared.executions.set(id, known);
      return known;
    }
    if (prepared.looked.has(id) || (fresh && !prepared.again)) return undefined;
    throw this.#missing(id);
  }

  /** One that is missing is seldom alone: with it, everything that is likely to be needed next. */
  #missing(id: ExecutionId): Missing {
    const { prepared, working } = this.#parts;
    const ids = new Set([id]);
    const add = (other: ExecutionId | undefined): void => {
      if (other === undefined || prepared.executions.has(other) || prepared.looked.has(other)) return;
      if (prepared.again || working.cached(other) === undefined) ids.add(other);
    };
    for (const { id: next, fresh } of this.#forwarded) if (fresh !== true) add(next);
    for (const { workflow } of prepared.executions.values()) add(workflow?.parentId);
    return new Missing([...ids]);
  }

  #apply(execution: Execution, occurrence: Occurrence, now: number): void {
    const claim = claimTouchedBy(occurrence, execution);
    const before = execution.workflow;
    this.batch.apply(execution, [occurrence], now);
    if (claim !== undefined && claimTouchedBy(occurrence, execution)?.token !== claim.token) this.endings.push(claim);
    const forwarded = forward(before, occurrence, execution.workflow);
    if (forwarded !== undefined) this.#forwarded.push(forwarded);

    switch (occurrence.type) {
      case 'WORKFLOW_CLAIMED':
        this.#parts.dispatcher.hold(occurrence.claim, { executionId: execution.id });
        this.places.push({ claim: occurrence.claim, execution });
        // A speculating worker is ahead of its claim: it waits for nothing.
        if (occurrence.claim.speculativeSequence === undefined) {
          this.meetings.push({ place: occurrence.claim, execution });
        }
        return;
      case 'TASK_CLAIMED': {
        const { taskId } = occurrence;
        this.#parts.dispatcher.hold(occurrence.claim, { executionId: execution.id, taskId });
        this.places.push({ claim: occurrence.claim, execution, taskId });
        this.meetings.push({ place: occurrence.claim, execution, taskId });
        return;
      }
      case 'TASK_CANCELLED':
      case 'TASK_FAILED':
        // Its holder need not be told what it said itself.
        if (claim !== undefined && occurrence.endedBy === undefined) {
          const reason = occurrence.type === 'TASK_CANCELLED' ? occurrence.reason : occurrence.error;
          this.cancellations.push({ claim, taskId: occurrence.taskId, reason });
        }
        return;
      case 'TASK_CREATED':
      case 'TASK_ATTEMPT_FAILED':
      case 'TASK_DUE':
      case 'TASK_REOPENED':
        return this.#meet(taskOffer(execution, occurrence.taskId), execution, now);
      default:
        return;
    }
  }

  /** Gives what has become ready to a session with room. */
  #meet(offer: Offer | undefined, execution: Execution, now: number): void {
    const place = offer === undefined ? undefined : this.#parts.dispatcher.take(offer);
    if (offer === undefined || place === undefined) return;
    this.taken.push(place);
    const occurrence: Occurrence =
      offer.taskId === undefined
        ? { type: 'WORKFLOW_CLAIMED', claim: { ...place, claimedSequence: execution.sequence } }
        : { type: 'TASK_CLAIMED', taskId: offer.taskId, claim: place };
    this.#apply(execution, occurrence, now);
  }

  #keyOf(id: { readonly orgId: Execution['orgId']; readonly key: string }, now: number): IdempotencyKey | undefined {
    const key = this.batch.claimedKey(id) ?? this.#parts.prepared.keys.get(keyName(id));
    return key !== undefined && key.expiresAt > now ? key : undefined;
  }
}

function answerOf(decision: OwnDecision<unknown>, execution: ExecutionView | undefined): Answer<unknown> {
  if (!('after' in decision.answer)) return decision.answer;
  if (execution === undefined) throw new TypeError('a reply from what an execution becomes needs the execution');
  return { reply: decision.answer.after(execution) };
}

/** A new workflow execution says whose descendant it is. */
function rootOf({ occurrences }: OwnDecision<unknown>): ExecutionId | undefined {
  const [first] = occurrences;
  return first?.type === 'WORKFLOW_CREATED' ? first.workflow.rootId : undefined;
}

function claimTouchedBy(occurrence: Occurrence, execution: Execution): Claim | undefined {
  if (!('taskId' in occurrence)) {
    return execution.workflow?.status === 'RUNNING' ? execution.workflow.claim : undefined;
  }
  const task = execution.tasks.get(occurrence.taskId);
  return task?.status === 'RUNNING' ? task.claim : undefined;
}
