import { ServiceError } from '@flovyn/protocol';
import type { Decision } from '../decision.js';
import type { Claim, TurnClaim } from '../execution/state.js';
import type { Execution } from '../execution/view.js';
import type { TaskId } from '../ids.js';
import type { Occurrence } from '../occurrence.js';
import type { IdempotencyKey } from '../ports/store.js';
import type { Clock, Ids } from '../ports/surroundings.js';
import { Batch } from './batch.js';
import type { Change } from '../change.js';
import type { Dispatcher, Offer, Place } from './dispatcher.js';
import { type Meeting, taskOffer, workflowOffer } from './hand-over.js';
import { type Prepared, type WorkingSet, keyName } from './working-set.js';

/** What became of one change. */
export type Outcome = Decision<unknown>['answer'] | { readonly thrown: unknown };

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
 * what is to be told once the rows are stored. Work that becomes ready meets a session with room here, in the same batch.
 */
export class BatchBuilder {
  readonly batch: Batch;
  readonly touched = new Set<Execution>();
  /** Work and worker that met. */
  readonly meetings: Meeting[] = [];
  readonly cancellations: Cancellation[] = [];
  /** To be given back if the batch is not stored. */
  readonly places: TakenPlace[] = [];
  /** Claims that end with this batch. */
  readonly endings: Claim[] = [];
  readonly #parts: BuilderParts;

  constructor(parts: BuilderParts) {
    this.#parts = parts;
    this.batch = new Batch({ life: parts.prepared.life, newEpoch: () => parts.ids.epoch() });
  }

  decide(change: Change<unknown>): Outcome {
    const now = this.#parts.clock.now();
    const { executions } = this.#parts.prepared;
    const found = executions.get(change.id);
    // Another organisation's execution does not exist, whoever asks.
    const own = found?.orgId === change.orgId ? found : undefined;
    let decision: Decision<unknown>;
    try {
      decision = change.decide({ execution: own, now, key: this.#keyOf(change, now) });
      if (found !== own && decision.occurrences.length > 0) {
        throw new ServiceError('ALREADY_EXISTS', `Id ${change.id} is taken. Use a new random UUID.`);
      }
    } catch (error) {
      return { thrown: error };
    }
    if (decision.key !== undefined) {
      this.batch.claimKey(decision.key, this.#parts.prepared.keys.get(keyName(decision.key)));
    }
    if (decision.stale !== undefined) this.batch.dropReady(decision.stale);
    if (decision.occurrences.length > 0 || decision.remove === true) {
      const execution = own ?? this.#parts.working.create(change.id, change.orgId);
      executions.set(execution.id, execution);
      this.touched.add(execution);
      if (decision.remove === true) this.batch.remove(execution);
      for (const occurrence of decision.occurrences) this.#apply(execution, occurrence, now);
      this.#meet(workflowOffer(execution), execution, now);
    }
    return decision.answer;
  }

  #apply(execution: Execution, occurrence: Occurrence, now: number): void {
    const claim = claimTouchedBy(occurrence, execution);
    this.batch.apply(execution, [occurrence], now);
    if (claim !== undefined && claimTouchedBy(occurrence, execution)?.token !== claim.token) this.endings.push(claim);

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
        // Its holder need not be told what it said itself.
        if (claim !== undefined && occurrence.endedBy === undefined) {
          this.cancellations.push({ claim, taskId: occurrence.taskId, reason: occurrence.reason });
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
    const occurrence: Occurrence =
      offer.taskId === undefined
        ? { type: 'WORKFLOW_CLAIMED', claim: { ...place, claimedSequence: execution.sequence } }
        : { type: 'TASK_CLAIMED', taskId: offer.taskId, claim: place };
    this.#apply(execution, occurrence, now);
  }

  #keyOf(change: Change<unknown>, now: number): IdempotencyKey | undefined {
    if (change.key === undefined) return undefined;
    const key = this.batch.claimedKey(change.key) ?? this.#parts.prepared.keys.get(keyName(change.key));
    return key !== undefined && key.expiresAt > now ? key : undefined;
  }
}

function claimTouchedBy(occurrence: Occurrence, execution: Execution): Claim | undefined {
  if (!('taskId' in occurrence)) {
    return execution.workflow?.status === 'RUNNING' ? execution.workflow.claim : undefined;
  }
  const task = execution.tasks.get(occurrence.taskId);
  return task?.status === 'RUNNING' ? task.claim : undefined;
}
