import type { Json } from '@flovyn/protocol';
import type { OrgId } from '../ids.js';
import type { Page } from './store.js';

/** A worker of an organisation. */
export interface WorkerRef {
  readonly orgId: OrgId;
  readonly workerId: string;
}

/** What is known of workers: who has registered, for which kinds, and when it was last heard of. Nothing is decided on it. */
export interface WorkerStore {
  /**
   * Creates the worker or renews it, with the definitions of its kinds and their links. A link once made stays: several
   * processes may register under one name, each with kinds of its own. A later registration of a kind renews its
   * definition; what was configured by hand stays.
   */
  register(worker: WorkerRegistration, now: number): Promise<void>;
  /** For each worker the union of all kinds ever registered under it, in their order; undefined when it never registered. */
  kindsOf(workers: readonly WorkerRef[]): Promise<readonly (WorkerKinds | undefined)[]>;
  /** Workers were heard of. Those that never registered are passed over. */
  seen(workers: readonly WorkerRef[], now: number): Promise<void>;
  /** Workers said goodbye, or were silent for too long. */
  gone(workers: readonly WorkerRef[]): Promise<void>;
  /** Newest first. */
  workers(orgId: OrgId, filter: WorkerFilter): Promise<Page<WorkerRecord>>;
  worker(orgId: OrgId, id: string): Promise<WorkerRecord | undefined>;
  /** By kind. */
  definitions(orgId: OrgId, filter: DefinitionFilter): Promise<Page<DefinitionRecord>>;
  definition(orgId: OrgId, type: DefinitionType, kind: string): Promise<DefinitionRecord | undefined>;
  /** Changes what is configured by hand; undefined when there is no such definition. */
  configure(
    orgId: OrgId,
    type: DefinitionType,
    kind: string,
    configuration: DefinitionConfiguration,
  ): Promise<DefinitionRecord | undefined>;
}

export type DefinitionType = 'workflow' | 'task';
export type WorkerType = 'WORKFLOW' | 'TASK' | 'UNIFIED';

export interface WorkerKinds {
  readonly workflows: readonly string[];
  readonly tasks: readonly string[];
}

export interface WorkerRegistration {
  /** A UUID that follows from the organisation and the name: one name is one worker. */
  readonly id: string;
  readonly orgId: OrgId;
  readonly name: string;
  readonly version: string;
  readonly type: WorkerType;
  readonly hostName: string;
  readonly processId: string;
  readonly metadata: Json | undefined;
  readonly definitions: readonly Capability[];
}

/** One kind a worker can do. */
export interface Capability {
  readonly type: DefinitionType;
  readonly kind: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly timeoutSeconds: number | undefined;
  readonly cancellable: boolean;
  readonly tags: readonly string[];
  readonly retryPolicy: Json | undefined;
  readonly inputSchema: Json | undefined;
  readonly outputSchema: Json | undefined;
  readonly metadata: Json | undefined;
  /** The author's own streams a task writes to; a workflow has none. */
  readonly streams: readonly StreamCapability[];
}

/** A stream of the author's own. */
export interface StreamCapability {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of each value; any value fits where it is absent. */
  readonly schema: Json | undefined;
}

export interface WorkerRecord extends Omit<WorkerRegistration, 'definitions' | 'orgId'> {
  readonly registeredAt: number;
  readonly lastHeartbeatAt: number;
  /** Whether it said goodbye or was given up. */
  readonly gone: boolean;
  readonly kinds: WorkerKinds;
}

export interface DefinitionRecord extends Omit<Capability, 'version'> {
  /** A UUID. */
  readonly id: string;
  readonly latestVersion: string;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly firstSeenAt: number;
  readonly lastRegisteredAt: number;
  /** When one of its workers that is not gone was last heard of; undefined when all are. */
  readonly workerSeenAt: number | undefined;
  /** How many workers that are not gone have registered it. */
  readonly workerCount: number;
}

export interface DefinitionConfiguration {
  readonly timeoutSeconds?: number | null;
  readonly retryPolicy?: Json | null;
  readonly tags?: readonly string[];
}

export interface WorkerFilter {
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string;
  readonly type?: WorkerType;
  /** ONLINE: heard of after `onlineAfter` and not gone. */
  readonly online?: { readonly is: boolean; readonly after: number };
}

export interface DefinitionFilter {
  readonly type: DefinitionType;
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string;
}
