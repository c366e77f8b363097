import { executionIdOfTask } from '@flovyn/events';
import { type RecordedEvent, ServiceError } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import type { Decide } from '../decision.js';
import type { PollRequest, Polled, TaskCall, UnaryCaller, UnaryDoor, UnaryTurn } from '../engine.js';
import type { WorkflowState } from '../execution/state.js';
import { decideTurnReleased, decideUnaryTurn } from '../execution/turn.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import type { Meter } from '../ports/meter.js';
import type { Store } from '../ports/store.js';
import type { Clock, Ids, Reporter, Timer } from '../ports/surroundings.js';
import {
  type AttemptOutcome,
  decideAttemptEnd,
  decideUnaryAttemptEnd,
  decideUnaryHeartbeat,
  decideUnaryLog,
  decideUnaryOutput,
  noTask,
} from '../task/attempt.js';
import type { Dispatcher } from './dispatcher.js';
import { GivenHistories, type HistoryCall } from './given-histories.js';
import type { Lane } from './lane.js';
import { LateOutput } from './late-output.js';
import { Poll } from './poll.js';
import { cancelTask } from './standalone-task.js';
import { needsOf } from './turn-needs.js';
import type { UnaryWorkers } from './unary-workers.js';

/** More tasks than are in the hands of the workers of one process. */
const KNOWN_TASKS = 100_000;
const NOT_ARRIVED = 'The work did not reach its worker';

export interface UnaryDoorParts {
  readonly lane: Lane;
  readonly dispatcher: Dispatcher;
  readonly workers: UnaryWorkers;
  readonly store: Store;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly ids: Ids;
  readonly reporter: Reporter;
  readonly meter: Meter;
  /** Somebody has room. */
  readonly freed: () => void;
}

/** The door for workers that make single calls. */
export class SingleCalls implements UnaryDoor {
  readonly #parts: UnaryDoorParts;
  readonly #late: LateOutput;
  readonly #given = new GivenHistories();
  /** Where the tasks are that were asked about: that never changes. */
  readonly #executions = new LRUCache<TaskId, { orgId: OrgId; executionId: ExecutionId }>({
    maxSize: KNOWN_TASKS,
    sizeCalculation: () => 1,
  });

  constructor(parts: UnaryDoorParts) {
    this.#parts = parts;
    this.#late = new LateOutput(parts.clock, parts.timer);
  }

  async poll(request: PollRequest): Promise<Polled | undefined> {
    const { dispatcher, workers, clock, timer, freed } = this.#parts;
    if (request.signal.aborted) return undefined;
    const holder = await workers.of(request);
    if (request.signal.aborted) return undefined;
    workers.heard(request);
    holder.asks(request);
    const work = await new Promise<Polled['work'] | undefined>((resolve) => {
      const poll = new Poll(request, holder, (delivered) => finish(delivered));
      const giveUp = (): void => {
        poll.close();
        // What has been claimed for it is on its way: it is waited for, to be handed on or back.
        if (!poll.isPromised) finish(undefined);
      };
      const stopWaiting = timer.after(holder.holdOf(request, clock.now()), giveUp);
      const finish = (delivered: Polled['work'] | undefined): void => {
        stopWaiting();
        request.signal.removeEventListener('abort', giveUp);
        dispatcher.remove(poll);
        resolve(delivered);
      };
      poll.onLeft = giveUpIfClosed(poll, finish);
      request.signal.addEventListener('abort', giveUp);
      dispatcher.add(poll);
      freed();
    });
    if (work === undefined) return undefined;
    holder.busyAt = clock.now();
    if (work.type === 'task') this.#know(work.taskId, request.orgId, work.executionId);
    else this.#given.add(request, work);
    const polled = { work, putBack: () => this.#putBack(request.orgId, work) };
    if (!request.signal.aborted) return polled;
    await polled.putBack();
    return undefined;
  }

  heard(caller: UnaryCaller, heartbeat?: boolean): void {
    this.#parts.workers.heard(caller, heartbeat);
  }

  registered(caller: UnaryCaller & { readonly worker: string }, process: string): void {
    this.#parts.workers.registered(caller, process);
    this.heard(caller);
  }

  async history(call: HistoryCall): Promise<readonly RecordedEvent[] | undefined> {
    const { lane, store } = this.#parts;
    const { orgId, executionId } = call;
    return this.#given.take(call, lane.sequenceOf(executionId)) ?? store.queries.history(orgId, executionId, {});
  }

  submitTurn(turn: UnaryTurn): Promise<WorkflowState | undefined> {
    this.heard(turn);
    const { lane, ids } = this.#parts;
    const turnId = ids.token();
    const settings = { newId: () => ids.executionId() };
    return lane.change({
      id: turn.executionId,
      orgId: turn.orgId,
      ...needsOf(turn),
      decide: (circumstances) => decideUnaryTurn(circumstances, turn, turnId, settings),
    });
  }

  completeTask(
    request: TaskCall & { readonly output: Parameters<UnaryDoor['completeTask']>[0]['output'] },
  ): Promise<void> {
    return this.#end(request, { type: 'completed', output: request.output }, request.output.length);
  }

  failTask(request: TaskCall & { readonly error: string }): Promise<void> {
    const { error } = request;
    return this.#end(request, { type: 'failed', error, retryable: true }, error.length);
  }

  async cancelTask(request: TaskCall & { readonly reason: string }): Promise<void> {
    const { orgId, taskId, reason } = request;
    this.heard(request);
    const executionId = await this.#executionOf(request);
    const cancel = cancelTask({ orgId, id: taskId, executionId, reason });
    await this.#parts.lane.change<void>({
      ...cancel,
      // Said twice, it is as good as said once.
      decide: (circumstances) =>
        circumstances.execution?.tasks.get(taskId)?.status === 'CANCELLED'
          ? { occurrences: [], answer: { reply: undefined } }
          : cancel.decide(circumstances),
    });
  }

  heartbeatTask(request: TaskCall): Promise<void> {
    const { taskId } = request;
    return this.#onTask(request, (circumstances) => decideUnaryHeartbeat(circumstances, taskId));
  }

  log(request: Parameters<UnaryDoor['log']>[0]): Promise<void> {
    const { taskId, level, message, timestampMs } = request;
    const log = { level, message, timestampMs };
    return this.#onTask(request, (circumstances) => decideUnaryLog(circumstances, taskId, log), message.length);
  }

  async stream(request: Parameters<UnaryDoor['stream']>[0]): Promise<boolean> {
    const { taskId, output } = request;
    const isWritten = await this.#late.stream(taskId, () =>
      this.#onTask(request, (circumstances) => decideUnaryOutput(circumstances, taskId, output), output.event.length),
    );
    if (!isWritten) this.#passedOver(request);
    return isWritten;
  }

  #passedOver({ orgId, taskId }: TaskCall): void {
    const { meter, reporter } = this.#parts;
    meter.late(1);
    if (!this.#late.came(taskId)) return;
    reporter.warn('Output of a task came after the end of its attempt and was passed over', { taskId, orgId });
  }

  async #end(request: TaskCall, outcome: AttemptOutcome, bytes: number): Promise<void> {
    const { taskId } = request;
    await this.#late.quiet(taskId);
    await this.#onTask(request, (circumstances) => decideUnaryAttemptEnd(circumstances, taskId, outcome), bytes);
    this.#late.ended(taskId);
  }

  async #onTask<Reply>(request: TaskCall, decide: Decide<Reply>, bytes = 0): Promise<Reply> {
    this.heard(request);
    const { orgId, taskId } = request;
    const executionId = await this.#executionOf(request);
    return this.#parts.lane.change({ id: executionId, orgId, taskIds: [taskId], bytes, decide });
  }

  /** A task's messages name only the task. */
  async #executionOf({ orgId, taskId }: TaskCall): Promise<ExecutionId> {
    const known = this.#executions.get(taskId);
    if (known?.orgId === orgId) return known.executionId;
    const found = await this.#parts.store.queries.task(orgId, taskId);
    if (found === undefined) throw noTask(taskId);
    const executionId = found.task.workflowExecutionId ?? executionIdOfTask(taskId);
    this.#know(taskId, orgId, executionId);
    return executionId;
  }

  #know(taskId: TaskId, orgId: OrgId, executionId: ExecutionId): void {
    this.#executions.set(taskId, { orgId, executionId });
  }

  async #putBack(orgId: OrgId, work: Polled['work']): Promise<void> {
    const { lane, ids } = this.#parts;
    const { executionId, token } = work;
    if (work.type === 'activation') {
      return lane.change({
        id: executionId,
        orgId,
        decide: (circumstances) => decideTurnReleased(circumstances, { token, reason: NOT_ARRIVED }),
      });
    }
    const { taskId } = work;
    const end = { executionId, taskId, token, entries: 0, lostEntries: 0 };
    const holder = { sessionId: '' as never, workerId: '', turnToken: ids.token() };
    try {
      await lane.change({
        id: executionId,
        orgId,
        taskIds: [taskId],
        decide: (circumstances) =>
          decideAttemptEnd(circumstances, end, { type: 'released', reason: NOT_ARRIVED }, holder),
      });
    } catch (error) {
      // It has ended in some other way.
      if (!(ServiceError.is(error) && error.code === 'LEASE_LOST')) throw error;
    }
  }
}

/** A claim that was promised and then not stored: a poll that has given up meanwhile is over. */
function giveUpIfClosed(poll: Poll, finish: (work: undefined) => void): () => void {
  return () => {
    if (poll.isClosed) finish(undefined);
  };
}
