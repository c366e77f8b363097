import type { ExecutionId, OrgId, SessionId, TaskId } from '../ids.js';
import type {
  DueTimer,
  HistoryRow,
  IdempotencyKey,
  LoadedExecution,
  Organisation,
  ReadyWork,
  SessionLease,
  StoredLog,
  StreamEntry,
} from '../ports/store.js';
import type { EndedAttempt, TaskState } from '../task/state.js';

/** Everything a memory store holds: plain maps, for tests to look at. */
export interface MemoryRows {
  readonly executions: Map<ExecutionId, Omit<LoadedExecution, 'tasks' | 'seq'>>;
  readonly tasks: Map<TaskId, { readonly executionId: ExecutionId; readonly task: TaskState }>;
  readonly history: Map<ExecutionId, HistoryRow[]>;
  readonly entries: Map<ExecutionId, StreamEntry[]>;
  readonly attempts: EndedAttempt[];
  readonly logs: StoredLog[];
  readonly ready: Map<string, ReadyWork & { reservedUntil: number }>;
  readonly timers: Map<string, DueTimer>;
  readonly keys: Map<string, IdempotencyKey>;
  readonly sessions: Map<SessionId, SessionLease>;
  readonly orgs: Map<OrgId, Organisation>;
}
