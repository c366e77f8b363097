import { ServiceError } from '@flovyn/protocol';
import { decided } from '../decision.js';
import { decideTurnReleased } from '../execution/turn.js';
import type { Reporter } from '../ports/surroundings.js';
import type { TakenPlace } from './batch-builder.js';
import type { Change } from '../change.js';
import type { Dispatcher } from './dispatcher.js';

const NEVER_ARRIVED = 'The work did not reach its worker';

/**
 * Claims of commits whose answer was lost. They may stand in the store without their workers having heard of them; those
 * that do go round again.
 */
export class Doubts {
  readonly #dispatcher: Dispatcher;
  readonly #reporter: Reporter;
  #places: TakenPlace[] = [];

  constructor(dispatcher: Dispatcher, reporter: Reporter) {
    this.#dispatcher = dispatcher;
    this.#reporter = reporter;
  }

  add(place: TakenPlace): void {
    this.#places.push(place);
  }

  /** Looks into all of them; what cannot be looked into now is kept. */
  settle(lane: { change<Reply>(change: Change<Reply>): Promise<Reply> }): void {
    for (const place of this.#places.splice(0)) {
      lane.change(lookInto(place, this.#dispatcher)).catch((error: unknown) => {
        if (ServiceError.is(error) && error.retryable) this.#places.push(place);
        else
          this.#reporter.error('A claim of uncertain fate could not be settled', {
            executionId: place.execution.id,
            error,
          });
      });
    }
  }
}

function lookInto({ claim, execution, taskId }: TakenPlace, dispatcher: Dispatcher): Change<void> {
  const { id, orgId } = execution;
  return {
    id,
    orgId,
    ...(taskId === undefined ? {} : { taskIds: [taskId] }),
    decide: ({ execution: stored }) => {
      if (taskId !== undefined) {
        const task = stored?.tasks.get(taskId);
        if (task?.status !== 'RUNNING' || task.claim.token !== claim.token) return decided(undefined);
        return decided(undefined, [{ type: 'TASK_ATTEMPT_FAILED', taskId, error: NEVER_ARRIVED, uncounted: true }]);
      }
      const workflow = stored?.workflow;
      if (workflow?.status !== 'RUNNING' || workflow.claim.token !== claim.token) return decided(undefined);
      if (workflow.claim.speculativeSequence === undefined) {
        return decideTurnReleased({ execution: stored }, { token: claim.token, reason: NEVER_ARRIVED });
      }
      // A speculating worker needs no telling: its turn is on the way.
      dispatcher.hold(claim, { executionId: id });
      return decided(undefined);
    },
  };
}
