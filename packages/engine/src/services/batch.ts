import { type HistoryEvent, type Json, encodeEventData, invariant } from '@flovyn/protocol';
import { type News, announce } from '../announce.js';
import { evolveWorkflow, wokenBy } from '../execution/evolve.js';
import { isTerminalWorkflow } from '../execution/state.js';
import { type Execution, remember } from '../execution/view.js';
import type { ExecutionId, OrgId, TaskId } from '../ids.js';
import { type Before, firedBy, milestonesOf } from '../milestones.js';
import type { Occurrence, TaskOccurrence, TaskOutput, WaitOccurrence, WorkflowOccurrence } from '../occurrence.js';
import type { Fired, Milestone } from '../ports/meter.js';
import type {
  CommitBatch,
  DueTimer,
  HistoryRow,
  IdempotencyKey,
  IdempotencyKeyId,
  KeyRelease,
  ReadyWork,
  StreamEntry,
  TaskLogRow,
  TaskSign,
  TimerRef,
} from '../ports/store.js';
import { record, wakeEvents } from '../record.js';
import { endedAttempt, evolveTask, reopenedAttempt } from '../task/evolve.js';
import { familyWrites } from './family-writes.js';
import { type Draft, buildDraft, deadlineOf, isDue, isReady } from './batch-rows.js';
import { type EndedAttempt, type TaskState, isOpenTask } from '../task/state.js';
import { evolveWait, isWaitOccurrence, waitOf } from '../wait/evolve.js';
import { waitName } from '../wait/state.js';

export interface BatchOptions {
  readonly life: string;
  readonly newEpoch: () => string;
  /** Never used before. */
  readonly stamp: string;
}

/**
 * Gathers what one transaction will write. `apply` is the only place where occurrences become state, facts, news and
 * numbers; the queueing rows (ready work, timers) follow from what each record was before the batch and is after it.
 */
export class Batch {
  /** What is counted of it once it is stored. */
  readonly milestones: Milestone[] = [];
  readonly fired: Fired[] = [];
  /** Entries that came after the end of their stream, and are passed over. */
  lateEntries = 0;
  readonly #options: BatchOptions;
  readonly #drafts = new Map<ExecutionId, Draft>();
  readonly #history: HistoryRow[] = [];
  readonly #entries: StreamEntry[] = [];
  readonly #attempts: EndedAttempt[] = [];
  readonly #logs: TaskLogRow[] = [];
  #keys: IdempotencyKey[] = [];
  readonly #freedKeys: KeyRelease[] = [];
  readonly #stale: string[] = [];
  readonly #staleTimers: TimerRef[] = [];

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /** How many rows there are so far, roughly: what a transaction's size is bounded by. */
  get rows(): number {
    return this.#history.length + this.#entries.length + this.#drafts.size + this.#logs.length;
  }

  /** All entries, in the order in which they were decided. */
  get entries(): readonly StreamEntry[] {
    return this.#entries;
  }

  /** One of the executions that it writes. */
  execution(id: ExecutionId): Execution | undefined {
    return this.#drafts.get(id)?.execution;
  }

  executions(): Iterable<Execution> {
    return [...this.#drafts.values()].map((draft) => draft.execution);
  }

  /** Takes a key, and the place of its expired holder if there is one. */
  claimKey(key: IdempotencyKey, expired: IdempotencyKey | undefined): void {
    if (expired !== undefined) this.#freedKeys.push(expired);
    this.#keys.push(key);
  }

  /** A key claimed earlier in this batch. */
  claimedKey(id: IdempotencyKeyId): IdempotencyKey | undefined {
    return this.#keys.find((key) => key.key === id.key && key.orgId === id.orgId);
  }

  dropReady(id: string): void {
    this.#stale.push(id);
  }

  dropTimer(timer: TimerRef): void {
    this.#staleTimers.push(timer);
  }

  remove(execution: Execution): void {
    this.#draft(execution).removed = true;
    for (const { id, orgId, idempotencyKey } of execution.tasks.values()) {
      if (idempotencyKey !== undefined) this.#freedKeys.push({ orgId, key: idempotencyKey, targetId: id });
    }
  }

  apply(execution: Execution, occurrences: readonly Occurrence[], now: number): void {
    for (const occurrence of occurrences) {
      if (isTaskOccurrence(occurrence)) this.#applyToTask(execution, occurrence, now);
      else if (isWaitOccurrence(occurrence)) this.#applyToWait(execution, occurrence, now);
      else this.#applyToWorkflow(execution, occurrence, now);
    }
  }

  #applyToWait(execution: Execution, occurrence: WaitOccurrence, now: number): void {
    const { workflow } = execution;
    invariant(workflow !== undefined, `${occurrence.type} happens to a workflow execution`);
    invariant(!isTerminalWorkflow(workflow), `${occurrence.type} cannot happen to ${workflow.status} ${workflow.id}`);
    const draft = this.#draft(execution);
    const name = waitName(waitOf(occurrence));
    const before = execution.waits.get(name);
    const fact = record(occurrence, undefined);
    const wait = evolveWait(before, occurrence, execution.sequence + 1);
    draft.moved = true;
    this.#count(occurrence, { wait: before }, now);
    if (wait !== undefined && wait !== before) {
      if (!draft.waits.has(name)) draft.waits.set(name, before);
      execution.waits.set(name, wait);
    }
    if (fact !== undefined) this.#recordFact(execution, fact, now);
    const affected = { workflow: execution.workflow, task: undefined };
    this.#announceNews(execution, announce(affected, occurrence, affected, now));
  }

  #applyToWorkflow(execution: Execution, occurrence: WorkflowOccurrence, now: number): void {
    const draft = this.#draft(execution);
    const before = { workflow: execution.workflow, task: undefined };
    const fact = record(occurrence, undefined);
    const sequence = execution.sequence + (fact === undefined ? 0 : 1);
    execution.workflow = evolveWorkflow(execution.workflow, occurrence, { now, sequence });
    draft.moved = true;
    this.#count(occurrence, {}, now);
    if (fact !== undefined) this.#recordFact(execution, fact, now);
    this.#announceNews(execution, announce(before, occurrence, { workflow: execution.workflow, task: undefined }, now));
    this.#freeKey(execution.workflow);
  }

  #applyToTask(execution: Execution, occurrence: TaskOccurrence, now: number): void {
    const draft = this.#draft(execution);
    const before = execution.tasks.get(occurrence.taskId);
    const closed = execution.workflow !== undefined && isTerminalWorkflow(execution.workflow);
    const sequence = execution.workflow === undefined ? 0 : execution.sequence + 1;
    const from = { epoch: execution.epoch, seq: execution.seq };
    const task = evolveTask(before, occurrence, { now, sequence, from });
    execution.tasks.set(task.id, task);

    if (occurrence.type === 'TASK_OUTPUT') {
      // Nothing follows the terminal entry of an execution; late output is acknowledged all the same.
      if (closed) this.lateEntries += occurrence.output.length;
      else this.#appendOutput(execution, before, task, occurrence.output);
      return this.#sign(draft, task, signOf(occurrence.output));
    }
    if (occurrence.type === 'TASK_LOGGED') {
      this.#logs.push({ ...occurrence.log, taskId: task.id, attempt: task.executionCount });
      return;
    }
    if (occurrence.type === 'TASK_HEARTBEAT') return this.#sign(draft, task, { lastHeartbeatAt: now });

    if (task !== before) this.#touchTask(draft, task.id, before);
    draft.moved = true;
    this.#count(occurrence, { task: before }, now);
    if (before !== undefined) {
      const ended = endedAttempt(before, occurrence, now) ?? reopenedAttempt(before, occurrence);
      if (ended !== undefined) this.#attempts.push(ended);
    }
    if (!closed) {
      this.#recordTaskFact(execution, occurrence, task, now);
      const affected = { workflow: execution.workflow, task: before };
      const news = announce(affected, occurrence, { workflow: execution.workflow, task }, now);
      this.#announceNews(execution, news, task);
    }
    this.#freeKey(task);
  }

  #count(occurrence: Occurrence, before: Before, now: number): void {
    for (const milestone of milestonesOf(occurrence, before)) this.milestones.push(milestone);
    const fired = firedBy(occurrence, before, now);
    if (fired !== undefined) this.fired.push(fired);
  }

  #recordTaskFact(execution: Execution, occurrence: TaskOccurrence, task: TaskState, now: number): void {
    if (execution.workflow === undefined) return;
    const fact = record(occurrence, task, execution.workflow.door);
    if (fact !== undefined) this.#recordFact(execution, fact, now);
  }

  #recordFact(execution: Execution, fact: HistoryEvent, now: number): void {
    execution.sequence += 1;
    // Time never goes back in a history: code reads it there, and must read the same in every replay.
    const before = execution.tail.at(-1)?.timestampMs ?? execution.workflow?.updatedAt ?? now;
    const event = {
      executionId: execution.id,
      sequence: execution.sequence,
      type: fact.type,
      data: encodeEventData(fact),
      timestampMs: Math.max(now, before),
    };
    remember(execution, event);
    this.#history.push(event);
    if (execution.workflow !== undefined && wakeEvents.has(fact.type)) {
      execution.workflow = wokenBy(execution.workflow, execution.sequence);
    }
  }

  #announceNews(execution: Execution, news: News | undefined, task?: TaskState): void {
    if (news === undefined) return;
    const seq = this.#nextSeq(execution);
    this.#entries.push({
      executionId: execution.id,
      rootId: execution.rootId,
      epoch: execution.epoch,
      seq,
      kind: 'state',
      event: JSON.stringify(news) as Json,
      timestampMs: news.timestampMs,
      taskId: task?.id,
      attempt: task === undefined || task.executionCount === 0 ? undefined : task.executionCount,
      ordinal: undefined,
      terminal: endsStream(execution) || undefined,
    });
  }

  #appendOutput(
    execution: Execution,
    before: TaskState | undefined,
    task: TaskState,
    output: readonly TaskOutput[],
  ): void {
    let ordinal = before?.status === 'RUNNING' ? before.entries : 0;
    for (const { kind, event, timestampMs } of output) {
      this.#entries.push({
        executionId: execution.id,
        rootId: execution.rootId,
        seq: this.#nextSeq(execution),
        epoch: execution.epoch,
        kind,
        event,
        timestampMs,
        taskId: task.id,
        attempt: task.executionCount,
        ordinal,
        terminal: undefined,
      });
      ordinal += 1;
    }
  }

  /** The next stream number; a new numbering begins when the database may have lost the end of the old one. */
  #nextSeq(execution: Execution): number {
    if (execution.life !== this.#options.life) {
      this.#draft(execution).moved = true;
      execution.life = this.#options.life;
      execution.epoch = this.#options.newEpoch();
    }
    execution.seq += 1;
    return execution.seq;
  }

  #sign(draft: Draft, task: TaskState, sign: Omit<TaskSign, 'taskId' | 'attempt'>): void {
    if (Object.keys(sign).length === 0) return;
    draft.signs.set(task.id, { ...draft.signs.get(task.id), ...sign, taskId: task.id, attempt: task.executionCount });
  }

  /** The key of something that failed or was cancelled is free again: the same key may start anew. */
  #freeKey(target: { id: string; orgId: OrgId; idempotencyKey?: string | undefined; status: string }): void {
    if (target.idempotencyKey === undefined) return;
    if (target.status === 'FAILED' || target.status === 'CANCELLED') {
      const { id: targetId, idempotencyKey: key, orgId } = target;
      this.#keys = this.#keys.filter((claimed) => claimed.key !== key || claimed.targetId !== targetId);
      this.#freedKeys.push({ orgId, key, targetId });
    }
  }

  #draft(execution: Execution): Draft {
    let draft = this.#drafts.get(execution.id);
    if (draft === undefined) {
      const stored = execution.version > 0;
      draft = {
        execution,
        expectedVersion: stored ? execution.version : undefined,
        workflowReady: stored && execution.workflow?.status === 'PENDING',
        wasOver: execution.workflow !== undefined && isTerminalWorkflow(execution.workflow),
        tasks: new Map(),
        waits: new Map(),
        signs: new Map(),
        moved: !stored,
        removed: false,
      };
      this.#drafts.set(execution.id, draft);
    }
    return draft;
  }

  #touchTask(draft: Draft, id: TaskId, before: TaskState | undefined): void {
    if (draft.tasks.has(id)) return;
    draft.tasks.set(id, {
      stored: before !== undefined,
      ready: isReady(before),
      due: isDue(before),
      deadline: deadlineOf(before) !== undefined,
    });
  }

  /** Closes the batch: raises the versions of what moved and gives the rows; `undefined` when there is nothing to write. */
  build(): CommitBatch | undefined {
    const batch = {
      executions: [] as CommitBatch['executions'][number][],
      tasks: [] as CommitBatch['tasks'][number][],
      waits: [] as CommitBatch['waits'][number][],
      signs: [] as TaskSign[],
      ready: { add: [] as ReadyWork[], remove: [...this.#stale] },
      timers: { set: [] as DueTimer[], remove: [...this.#staleTimers] },
      deleted: [] as CommitBatch['deleted'][number][],
    };
    for (const draft of this.#drafts.values()) buildDraft(draft, batch, this.#options.stamp);
    const stateless =
      batch.executions.length +
        batch.ready.remove.length +
        batch.timers.remove.length +
        batch.deleted.length +
        this.#keys.length ===
      0;
    if (stateless && this.#entries.length + this.#logs.length + batch.signs.length === 0) return undefined;
    return {
      durability: stateless ? 'output' : 'state',
      ...batch,
      history: this.#history,
      entries: this.#entries,
      families: familyWrites(this.#entries, (id) => this.#drafts.get(id)?.execution, this.#options),
      attempts: this.#attempts,
      logs: this.#logs,
      keys: { add: this.#keys, remove: this.#freedKeys },
    };
  }
}

function signOf(output: readonly TaskOutput[]): Omit<TaskSign, 'taskId' | 'attempt'> {
  const last = output.findLast((entry) => entry.progress !== undefined);
  if (last?.progress === undefined) return {};
  return { progress: last.progress, ...(last.details === undefined ? {} : { progressDetails: last.details }) };
}

/** Whether the newest news is the last entry of the execution's stream. */
function endsStream(execution: Execution): boolean {
  if (execution.workflow !== undefined) return isTerminalWorkflow(execution.workflow);
  for (const task of execution.tasks.values()) return !isOpenTask(task);
  return false;
}

function isTaskOccurrence(occurrence: Occurrence): occurrence is TaskOccurrence {
  return 'taskId' in occurrence;
}
