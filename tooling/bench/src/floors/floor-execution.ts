import type {
  Claim,
  ExecutionId,
  HistoryRow,
  OrgId,
  SessionId,
  StreamEntry,
  TaskId,
  TaskState,
  TaskWrite,
  WaitWrite,
  WorkflowState,
} from '@flovyn/engine';
import { type Json, toJson } from '@flovyn/protocol';
import type { FloorWrite } from './floor-batch.js';
import { newId } from './ids.js';
import type { SpecimenCommit } from './specimen.js';

/** What a floor's timers are set to: so far away that they are only rows. */
const AN_HOUR_MS = 3_600_000;
const TIMER = { type: 'timer', id: 'sleep-1' } as const;

const empty = toJson({});
const one = toJson(1);

/** Repeats the rows of an execution that was seen, with numbers and ids of its own and without deciding anything. */
export class FloorExecution {
  readonly #id = newId() as ExecutionId;
  readonly #orgId: OrgId;
  readonly #epoch = 'AAAAAAAAAAAA';
  readonly #life: string;
  readonly #claim: Claim;
  #version = 0;
  #sequence = 0;
  #seq = 0;
  #task: TaskState | undefined;

  constructor(life: string, newUuid: () => string) {
    this.#life = life;
    this.#orgId = newUuid() as OrgId;
    this.#claim = { sessionId: newUuid() as SessionId, workerId: newUuid(), token: newUuid() };
  }

  write({ history, entries }: SpecimenCommit): FloorWrite {
    const expectedVersion = this.#version === 0 ? undefined : this.#version;
    this.#version += 1;
    const now = Date.now();
    const numbered = history.map(({ type, json }): HistoryRow => {
      this.#sequence += 1;
      return { executionId: this.#id, sequence: this.#sequence, timestampMs: now, type, data: json };
    });
    const tasks = [
      ...(history.some(({ type }) => type === 'TASK_COMPLETED') ? this.#endTask(now) : []),
      ...(history.some(({ type }) => type === 'TASK_SCHEDULED') ? this.#beginTask(now) : []),
    ];
    const numberedEntries = entries.map(({ json }) => this.#entry(json, now));
    const slept = history.some(({ type }) => type === 'TIMER_STARTED');
    const woken = history.some(({ type }) => type === 'TIMER_FIRED');
    const timer = { ...TIMER, executionId: this.#id };
    return {
      execution: {
        id: this.#id,
        orgId: this.#orgId,
        rootId: this.#id,
        expectedVersion,
        version: this.#version,
        sequence: this.#sequence,
        epoch: this.#epoch,
        life: this.#life,
        stamp: 'floor',
        workflow: this.#workflow(now),
      },
      history: numbered,
      entries: numberedEntries,
      tasks,
      waits: slept || woken ? [this.#wait(slept, now)] : [],
      timers: {
        set: slept ? [{ ...timer, orgId: this.#orgId, dueAt: now + AN_HOUR_MS }] : [],
        remove: woken ? [timer] : [],
      },
    };
  }

  #workflow(now: number): WorkflowState {
    return {
      id: this.#id,
      orgId: this.#orgId,
      rootId: this.#id,
      kind: 'bench-one-task',
      queue: 'default',
      input: one,
      metadata: empty,
      prioritySeconds: 0,
      createdAt: now,
      updatedAt: now,
      startedAt: now,
      holder: this.#claim.sessionId,
      wakeSequence: this.#sequence,
      lastTurn: { turnId: this.#claim.token, sequence: this.#sequence },
      status: 'RUNNING',
      claim: { ...this.#claim, claimedSequence: this.#sequence },
    };
  }

  #entry(event: Json, timestampMs: number): StreamEntry {
    this.#seq += 1;
    return {
      executionId: this.#id,
      rootId: this.#id,
      epoch: this.#epoch,
      seq: this.#seq,
      kind: 'state',
      event,
      timestampMs,
    };
  }

  #wait(isNew: boolean, now: number): WaitWrite {
    const { id: key, type } = TIMER;
    const wait = { key, type, sequence: 2, open: isNew, dueAt: now + AN_HOUR_MS };
    return { executionId: this.#id, orgId: this.#orgId, isNew, wait };
  }

  #beginTask(now: number): TaskWrite[] {
    const task: TaskState = {
      id: newId() as TaskId,
      orgId: this.#orgId,
      workflowExecutionId: this.#id,
      kind: 'bench-echo',
      queue: 'default',
      input: one,
      metadata: empty,
      retry: { maxRetries: 3 } as TaskState['retry'],
      prioritySeconds: 0,
      createdAt: now,
      scheduledSequence: 2,
      executionCount: 1,
      startedAt: now,
      attemptFrom: { epoch: this.#epoch, seq: this.#seq },
      workerId: this.#claim.workerId,
      status: 'RUNNING',
      claim: this.#claim,
      attemptStartedAt: now,
      entries: 0,
    };
    this.#task = task;
    return [{ executionId: this.#id, isNew: true, task }];
  }

  #endTask(now: number): TaskWrite[] {
    const task = this.#task;
    // The first step of a floor that only repeats steps has no task before it.
    if (task?.status !== 'RUNNING') return [];
    const { claim: _claim, entries: _entries, ...rest } = task;
    const ended: TaskState = {
      ...rest,
      status: 'COMPLETED',
      output: one,
      completedAt: now,
      lastToken: this.#claim.token,
    };
    return [{ executionId: this.#id, isNew: false, task: ended }];
  }
}
