import type { Json } from '@flovyn/protocol';
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
import type { StreamTicket } from '../ports/stream-tickets.js';
import type { WorkerToken } from '../ports/worker-tokens.js';
import type { Capability, DefinitionConfiguration, WorkerRegistration } from '../ports/workers.js';
import type { EndedAttempt, TaskState } from '../task/state.js';
import type { Wait } from '../wait/state.js';

/** Everything a memory store holds: plain maps, for tests to look at. */
export interface MemoryRows {
  readonly executions: Map<ExecutionId, Omit<LoadedExecution, 'tasks' | 'waits' | 'seq' | 'hasFamily'>>;
  readonly tasks: Map<TaskId, { readonly executionId: ExecutionId; readonly task: TaskState }>;
  readonly history: Map<ExecutionId, HistoryRow[]>;
  readonly entries: Map<ExecutionId, StreamEntry[]>;
  /** By the root. */
  readonly families: Map<ExecutionId, FamilyRows>;
  readonly attempts: EndedAttempt[];
  readonly logs: StoredLog[];
  readonly ready: Map<string, ReadyWork & { reservedUntil: number }>;
  readonly timers: Map<string, DueTimer>;
  readonly waits: Map<ExecutionId, Map<string, Wait>>;
  readonly keys: Map<string, IdempotencyKey>;
  readonly sessions: Map<SessionId, SessionLease>;
  readonly orgs: Map<OrgId, Organisation>;
  /** By organisation and id. */
  readonly workers: Map<string, WorkerRow>;
  /** By organisation, type and kind. */
  readonly definitions: Map<string, DefinitionRow>;
  readonly taskState: Map<TaskId, Map<string, Json>>;
  /** Up to which ends retention has come. */
  readonly passed: Map<'all' | 'output', StreamEntry>;
  readonly workerTokens: Map<string, { readonly token: WorkerToken; readonly hash: string }>;
  /** By their hashes. */
  readonly streamTickets: Map<string, StreamTicket>;
}

/** The stream of a family: the entry numbered n is the nth, and absent when it is kept no longer. */
export interface FamilyRows {
  epoch: string;
  life: string;
  readonly entries: (StreamEntry | undefined)[];
  /** The last entry of each execution that has a number. */
  readonly counted: Map<ExecutionId, number>;
}

export interface WorkerRow extends WorkerRegistration {
  registeredAt: number;
  lastHeartbeatAt: number;
  gone: boolean;
  /** Names of its definitions, those of before included. */
  readonly links: Set<string>;
}

export interface DefinitionRow {
  readonly id: string;
  readonly orgId: OrgId;
  capability: Capability;
  versions: readonly string[];
  firstSeenAt: number;
  lastRegisteredAt: number;
  configured: DefinitionConfiguration;
}
