import {
  type Capability,
  type ChildWait,
  type Claim,
  type ExecutionWrite,
  type SessionId,
  type StreamCapability,
  type TaskState,
  type TurnClaim,
  type WorkerRecord,
  type WorkflowState,
  publicStatus,
} from '@flovyn/engine';
import type { SuspendType, WaitingOn } from '@flovyn/events';
import { type Json, fromJson, toJson } from '@flovyn/protocol';
import { Packing } from './packing.js';

// What SQL never looks at travels and is stored as one JSON array per row, not as a column per member.

/** What a workflow is from its first moment to its last. */
export type WorkflowFixed = Pick<
  WorkflowState,
  'prioritySeconds' | 'workflowVersion' | 'idempotencyKey' | 'childName' | 'depth'
>;

/** What moves with a workflow: its members of any status, but not the status, which is a column, nor the output. */
export interface WorkflowMoving {
  readonly updatedAt: number;
  readonly startedAt?: number | undefined;
  readonly completedAt?: number;
  readonly holder?: SessionId | undefined;
  readonly wakeSequence: number;
  readonly lastTurn?: WorkflowState['lastTurn'];
  readonly door?: WorkflowState['door'];
  readonly cancellation?: WorkflowState['cancellation'];
  readonly signals?: number | undefined;
  readonly claim?: TurnClaim;
  readonly reason?: string;
  readonly error?: string;
  readonly suspendType?: SuspendType;
  readonly waitingOn?: readonly WaitingOn[];
}

/** What moves with an execution; one without a workflow is the frame of a standalone task. */
export interface ExecutionMoving extends Pick<ExecutionWrite, 'epoch' | 'life'> {
  readonly stamp?: string | undefined;
  readonly workflow?:
    | (WorkflowMoving & {
        /** Only where it is not what the column says: people see CANCELLING, whatever the code does meanwhile. */
        readonly status?: WorkflowState['status'];
      })
    | undefined;
}

/** What a task is from its first moment to its last. */
export type TaskFixed = Pick<TaskState, 'retry' | 'timeoutMs' | 'prioritySeconds' | 'idempotencyKey'>;

/** What moves with a task: as with workflows, without what its signs of life change. */
export interface TaskMoving {
  readonly startedAt?: number | undefined;
  readonly dueAt?: number;
  readonly attemptStartedAt?: number;
  readonly completedAt?: number;
  readonly attemptFrom?: TaskState['attemptFrom'];
  readonly claim?: Claim;
  readonly lastToken?: string | undefined;
  readonly workerId?: string | undefined;
  readonly error?: string;
  readonly timedOut?: true;
  readonly uncounted?: number | undefined;
  readonly reason?: string;
}

// Place 2 was meant for the parent, which is a column now; nothing had one before.
const workflowFixed = new Packing<WorkflowFixed>({
  prioritySeconds: 0,
  workflowVersion: 1,
  idempotencyKey: 3,
  childName: 4,
  depth: 5,
});

const workflowMoving = new Packing<WorkflowMoving>({
  updatedAt: 0,
  wakeSequence: 1,
  startedAt: 2,
  holder: 3,
  lastTurn: 4,
  claim: 5,
  reason: 6,
  suspendType: 7,
  waitingOn: 8,
  error: 9,
  completedAt: 10,
  door: 11,
  cancellation: 12,
  signals: 13,
});

const taskFixed = new Packing<TaskFixed>({ prioritySeconds: 0, retry: 1, timeoutMs: 2, idempotencyKey: 3 });

const taskMoving = new Packing<TaskMoving>({
  startedAt: 0,
  attemptStartedAt: 1,
  attemptFrom: 2,
  workerId: 3,
  claim: 4,
  lastToken: 5,
  dueAt: 6,
  error: 7,
  reason: 8,
  completedAt: 9,
  timedOut: 10,
  uncounted: 11,
});

const childAbout = new Packing<Pick<ChildWait, 'name' | 'kind'>>({ name: 0, kind: 1 });

const workerAbout = new Packing<WorkerAbout>({ name: 0, version: 1, hostName: 2, processId: 3 });
const definitionAbout = new Packing<DefinitionAbout>({ name: 0, description: 1, cancellable: 2 });

/** What a worker said of itself, and only people look at. */
export type WorkerAbout = Pick<WorkerRecord, 'name' | 'version' | 'hostName' | 'processId'>;
/** The same of a definition. */
export type DefinitionAbout = Pick<Capability, 'name' | 'description' | 'cancellable'>;

type PackedExecution = readonly [
  epoch: string,
  /** What versions before this one read a number from; nothing depends on it any more. */
  givenUp: 0,
  life: string,
  workflow?: readonly unknown[] | null,
  status?: WorkflowState['status'] | null,
  stamp?: string,
];

export const packWorkflowFixed = (workflow: WorkflowState): Json => toJson(workflowFixed.pack(workflow));
export const packTaskFixed = (task: TaskState): Json => toJson(taskFixed.pack(task));
export const packTaskMoving = (task: TaskState): Json => toJson(taskMoving.pack(task));

export function packExecutionMoving({ epoch, life, workflow, stamp }: ExecutionWrite): Json {
  const moving = workflow === undefined ? null : workflowMoving.pack(workflow);
  const isHidden = workflow !== undefined && publicStatus(workflow) !== workflow.status;
  return toJson([epoch, 0, life, moving, isHidden ? workflow.status : null, stamp] satisfies PackedExecution);
}

export const unpackWorkflowFixed = (packed: Json): WorkflowFixed => workflowFixed.unpack(fromJson(packed) as unknown[]);
export const unpackTaskFixed = (packed: Json): TaskFixed => taskFixed.unpack(fromJson(packed) as unknown[]);
export const unpackTaskMoving = (packed: Json): TaskMoving => taskMoving.unpack(fromJson(packed) as unknown[]);

export function unpackExecutionMoving(packed: Json): ExecutionMoving {
  const [epoch, , life, workflow, status, stamp] = fromJson(packed) as PackedExecution;
  const moving = workflow ? workflowMoving.unpack(workflow) : undefined;
  return { epoch, life, workflow: moving && status ? { ...moving, status } : moving, stamp };
}

export const packChild = (wait: ChildWait): Json => toJson(childAbout.pack(wait));
export const packWorkerAbout = (worker: WorkerAbout): Json => toJson(workerAbout.pack(worker));
export const packDefinitionAbout = (definition: DefinitionAbout): Json => toJson(definitionAbout.pack(definition));

export const unpackChild = (packed: Json) => childAbout.unpack(fromJson(packed) as unknown[]);
export const unpackWorkerAbout = (packed: Json): WorkerAbout => workerAbout.unpack(fromJson(packed) as unknown[]);
export const unpackDefinitionAbout = (packed: Json): DefinitionAbout =>
  definitionAbout.unpack(fromJson(packed) as unknown[]);

/** Null where there are none. */
export function packStreams(streams: readonly StreamCapability[]): Json | null {
  if (streams.length === 0) return null;
  return toJson(streams.map(({ name, description, schema = null }) => [name, description, schema]));
}

export function unpackStreams(packed: Json | undefined): readonly StreamCapability[] {
  if (packed === undefined) return [];
  const streams = fromJson(packed) as readonly (readonly [string, string, Json | null])[];
  return streams.map(([name, description, schema]) => ({ name, description, schema: schema ?? undefined }));
}

const noMetadata = '{}' as Json;

/** Null in the place of no metadata: most have none, and a column without any value costs next to nothing. */
export function metadataColumn(of: { readonly metadata: Json } | undefined): Json | undefined {
  return of?.metadata === noMetadata ? undefined : of?.metadata;
}

export function metadataOf(column: Json | undefined): Json {
  return column ?? noMetadata;
}
