export type { ExecutionId, OrgId, SessionId, TaskId } from './ids.js';
export {
  type Claim,
  type NewWorkflow,
  type TurnClaim,
  type WorkflowState,
  isTerminalWorkflow,
} from './execution/state.js';
export { type EndedAttempt, type NewTask, type TaskState, isOpenTask } from './task/state.js';
export type { Occurrence, TaskLog, TaskOccurrence, TaskOutput, WorkflowOccurrence } from './occurrence.js';
export {
  CommitConflict,
  type CommitBatch,
  type DueTimer,
  type ExecutionWrite,
  type HeldWork,
  type HistoryRange,
  type HistoryRow,
  type IdempotencyKey,
  type IdempotencyKeyId,
  type KeyRelease,
  type Loaded,
  type LoadedExecution,
  type LogFilter,
  type OrgStore,
  type Organisation,
  type Page,
  type Position,
  type Queries,
  type ReadyWork,
  type ReserveRequest,
  type SessionLease,
  type SessionStore,
  type Store,
  type StoredLog,
  type StreamEntry,
  type StreamHead,
  type StreamLog,
  type TaskFilter,
  type TaskLogRow,
  type TaskRecord,
  type TaskSign,
  type TaskWrite,
  type Wanted,
  type WorkflowFilter,
  type WorkflowRecord,
} from './ports/store.js';
export type { Clock, Ids, Reporter, WakeUps } from './ports/surroundings.js';
export type {
  AttemptAnswer,
  AttemptEnd,
  AttemptRef,
  Engine,
  HandOver,
  Loop,
  Loops,
  OpenSession,
  OpenedSession,
  Sessions,
  StartTaskRequest,
  StartWorkflowRequest,
  Started,
  Streams,
  Turn,
  WorkerSession,
} from './engine.js';
export { type EngineParts, type EngineSettings, createEngine } from './services/create-engine.js';
export { workflowTransitions } from './execution/transitions.js';
export { taskTransitions } from './task/transitions.js';
export { announce, type News } from './announce.js';
export { createLocalWakeUps } from './services/local-wake-ups.js';
