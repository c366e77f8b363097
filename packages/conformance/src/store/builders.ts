import { randomUUID } from 'node:crypto';
import type {
  Claim,
  CommitBatch,
  ExecutionId,
  ExecutionWrite,
  HistoryRow,
  OrgId,
  SessionId,
  StreamEntry,
  TaskId,
  TaskState,
  TaskWrite,
  Wanted,
  WorkflowState,
} from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';

export const newOrg = (): OrgId => randomUUID() as string as OrgId;
export const newExecution = (): ExecutionId => randomUUID() as string as ExecutionId;
export const newTask = (): TaskId => randomUUID() as string as TaskId;
export const newSession = (): SessionId => randomUUID() as string as SessionId;

/** An instant the suite's rows begin at; whole milliseconds, like all of them. */
export const noon = 1_800_000_000_000;

const nothing: CommitBatch = {
  durability: 'state',
  executions: [],
  tasks: [],
  waits: [],
  history: [],
  entries: [],
  families: { begun: [], runs: [] },
  attempts: [],
  logs: [],
  signs: [],
  ready: { add: [], remove: [] },
  timers: { set: [], remove: [] },
  keys: { add: [], remove: [] },
  deleted: [],
};

export function aBatch(parts: Partial<CommitBatch>): CommitBatch {
  return { ...nothing, ...parts };
}

/** An execution to load, and nothing else by name. */
export function aWanted(id: ExecutionId = newExecution(), parts: Partial<Wanted> = {}): Wanted {
  return { id, taskIds: [], waits: [], keys: [], ...parts };
}

export function aClaim(sessionId: SessionId = newSession()): Claim {
  return { sessionId, workerId: 'worker-1', token: `token-${randomUUID()}` };
}

type WorkflowParts = Partial<Omit<Extract<WorkflowState, { status: 'PENDING' }>, 'status'>>;

/** A pending workflow; other statuses spread it and say theirs. */
export function aWorkflow(parts: WorkflowParts = {}): Extract<WorkflowState, { status: 'PENDING' }> {
  const id = parts.id ?? newExecution();
  return {
    id,
    orgId: newOrg(),
    rootId: id,
    kind: 'order',
    queue: 'default',
    input: '{"amount": 1.10}' as Json,
    metadata: '{}' as Json,
    prioritySeconds: 0,
    createdAt: noon,
    updatedAt: noon,
    wakeSequence: 0,
    status: 'PENDING',
    ...parts,
  };
}

type TaskParts = Partial<Omit<Extract<TaskState, { status: 'PENDING' }>, 'status'>>;

/** A pending standalone task. */
export function aTask(parts: TaskParts = {}): Extract<TaskState, { status: 'PENDING' }> {
  return {
    id: newTask(),
    orgId: newOrg(),
    kind: 'export',
    queue: 'default',
    input: '{"rows": 3}' as Json,
    metadata: '{}' as Json,
    retry: { maxRetries: 3, initialDelayMs: 1_000, maxDelayMs: 60_000, multiplier: 2 },
    prioritySeconds: 0,
    createdAt: noon,
    scheduledSequence: 0,
    executionCount: 0,
    status: 'PENDING',
    ...parts,
  };
}

/** The same task in its first attempt. */
export function running(task: TaskState, claim = aClaim()): Extract<TaskState, { status: 'RUNNING' }> {
  return {
    id: task.id,
    orgId: task.orgId,
    kind: task.kind,
    queue: task.queue,
    input: task.input,
    metadata: task.metadata,
    retry: task.retry,
    prioritySeconds: task.prioritySeconds,
    createdAt: task.createdAt,
    scheduledSequence: task.scheduledSequence,
    ...(task.workflowExecutionId === undefined ? {} : { workflowExecutionId: task.workflowExecutionId }),
    executionCount: 1,
    startedAt: noon + 5,
    attemptFrom: { epoch: 'e1', seq: 0 },
    workerId: claim.workerId,
    status: 'RUNNING',
    claim,
    attemptStartedAt: noon + 5,
    entries: 0,
  };
}

/** The write that creates an execution, or with `expectedVersion` the one that changes it. */
export function aWrite(of: WorkflowState | TaskState, parts: Partial<ExecutionWrite> = {}): ExecutionWrite {
  const workflow = 'wakeSequence' in of ? of : undefined;
  const id = of.id as string as ExecutionId;
  const version = parts.expectedVersion === undefined ? 1 : parts.expectedVersion + 1;
  return {
    id,
    orgId: of.orgId,
    rootId: workflow?.rootId ?? id,
    expectedVersion: undefined,
    version,
    sequence: 0,
    epoch: 'e1',
    life: 'life-1',
    stamp: 'stamp-1',
    workflow,
    ...parts,
  };
}

export function aTaskWrite(task: TaskState, isNew = true): TaskWrite {
  return { executionId: task.workflowExecutionId ?? (task.id as string as ExecutionId), isNew, task };
}

export function aFact(executionId: ExecutionId, sequence: number, parts: Partial<HistoryRow> = {}): HistoryRow {
  return {
    executionId,
    sequence,
    type: 'OPERATION_COMPLETED',
    data: `{"operationName":"step-${sequence}","result":1.0}` as Json,
    timestampMs: noon + sequence,
    ...parts,
  };
}

export function facts(executionId: ExecutionId, from: number, to: number): HistoryRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => aFact(executionId, from + index));
}

export function anEntry(executionId: ExecutionId, seq: number, parts: Partial<StreamEntry> = {}): StreamEntry {
  return {
    executionId,
    rootId: executionId,
    epoch: 'e1',
    seq,
    kind: 'state',
    event: `{"type":"Event","event":"STEP","data":{"seq":${seq}}}` as Json,
    timestampMs: noon + seq,
    ...parts,
  };
}

export function entries(executionId: ExecutionId, from: number, to: number): StreamEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => anEntry(executionId, from + index));
}

/** One line of a running attempt's output. */
export function aToken(task: TaskState, seq: number, ordinal: number, parts: Partial<StreamEntry> = {}): StreamEntry {
  return anEntry(task.workflowExecutionId ?? (task.id as string as ExecutionId), seq, {
    kind: 'token',
    event: `{"type":"token","text":"t${ordinal}"}` as Json,
    taskId: task.id,
    attempt: task.executionCount,
    ordinal,
    ...parts,
  });
}
