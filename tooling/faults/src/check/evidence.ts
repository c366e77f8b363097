import type { Frame } from '@flovyn/events';
import type { AttemptLine } from '../worker/kinds.js';

/** What the load asked for, and what it was told. Every op has an identity, so that it may be repeated. */
export interface Op {
  /** Its identity: the idempotency key of starts and signals, the value that promises are resolved with. */
  readonly id: string;
  readonly type: 'start' | 'start task' | 'signal' | 'resolve' | 'cancel' | 'look' | 'spy';
  readonly org: string;
  /** Of a start: what is started, and with what. */
  readonly kind?: string;
  readonly input?: unknown;
  readonly queue?: string;
  /** The execution it is about; of a start, the one it was told to have begun. */
  readonly execution?: string | undefined;
  /** `unknown` when no try was answered, or not in a way that says whether it happened. */
  readonly outcome: 'ok' | 'fail' | 'unknown';
  /** How often it was tried. */
  readonly tries: number;
  /** The last answer's. */
  readonly status?: number | undefined;
}

export interface ExecutionRow {
  readonly id: string;
  readonly org: string;
  readonly root: string;
  readonly parent: string | undefined;
  /** Absent for the frame of a standalone task. */
  readonly kind: string | undefined;
  readonly status: string | undefined;
  readonly queue: string | undefined;
  readonly input: unknown;
  readonly output: unknown;
  /** The last number of its history. */
  readonly head: number;
  readonly isClaimed: boolean;
}

export interface Fact {
  readonly execution: string;
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TaskRow {
  readonly id: string;
  readonly execution: string;
  readonly org: string;
  readonly kind: string;
  readonly queue: string;
  readonly status: string;
  readonly attempts: number;
  readonly isClaimed: boolean;
  readonly input: unknown;
  readonly output: unknown;
}

/** An attempt that ended without ending its task. */
export interface AttemptRow {
  readonly task: string;
  readonly attempt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** Neighbouring entries of one execution in the stream of its family. */
export interface FamilyRun {
  readonly root: string;
  readonly execution: string;
  readonly first: number;
  readonly last: number;
  /** The number that `last` has in the family. */
  readonly rootSeq: number;
  readonly epoch: string;
}

export interface IdempotencyRow {
  readonly org: string;
  readonly key: string;
  readonly target: string;
  readonly targetId: string;
}

/** The whole database, as it was when all was quiet. */
export interface Dump {
  readonly executions: readonly ExecutionRow[];
  readonly facts: readonly Fact[];
  /** Ordered by execution and number. */
  readonly frames: readonly Frame[];
  readonly tasks: readonly TaskRow[];
  readonly attempts: readonly AttemptRow[];
  readonly runs: readonly FamilyRun[];
  /** The last number given in each family. */
  readonly families: ReadonlyMap<string, number>;
  readonly keys: readonly IdempotencyRow[];
  /** Work that is still offered, and alarms that are still set: what they are, and whose. */
  readonly leftovers: readonly { readonly what: string; readonly execution: string }[];
  /** Waits that are still open, by execution. */
  readonly openWaits: readonly { readonly execution: string; readonly key: string }[];
}

/** One thing a subscriber was told, or the loss of its connection. */
export type CaptureLine =
  | {
      readonly type: 'entry';
      /** Its cursor. */
      readonly id: string;
      readonly execution: string;
      readonly seq: number;
      /** The news, or the kind of output. */
      readonly name: string;
      readonly isNews: boolean;
      /** What the news is about. */
      readonly subject: string;
      /** Of all of it. */
      readonly digest: string;
    }
  | { readonly type: 'gap'; readonly from: number; readonly to: number; readonly reason: string }
  | { readonly type: 'cut' }
  /** Something that could not be read. */
  | { readonly type: 'odd'; readonly what: string };

/** Everything one subscriber was told. */
export interface Capture {
  readonly name: string;
  readonly org: string;
  readonly execution: string;
  readonly isFamily: boolean;
  readonly lines: readonly CaptureLine[];
  /** Whether it was read to its end. */
  readonly hasEnded: boolean;
  /** Why it could not be. */
  readonly error?: string | undefined;
}

/** Which queue and organisation each worker serves, by its name. */
export interface WorkerFacts {
  readonly name: string;
  readonly org: string;
  readonly queue: string;
}

/** How much happened. */
export interface Extent {
  readonly minutes: number;
  /** How many executions were to be under way at a time. */
  readonly executions: number;
  readonly faults: number;
  /** Fatal words of the servers. */
  readonly fatalities: readonly string[];
}

/** Everything that is judged. */
export interface Evidence {
  readonly ops: readonly Op[];
  readonly dump: Dump;
  readonly captures: readonly Capture[];
  readonly workers: readonly WorkerFacts[];
  readonly attempts: readonly AttemptLine[];
  readonly extent: Extent;
}

/** One promise that was not kept. */
export interface Violation {
  readonly check: string;
  readonly message: string;
  /** The execution it is about. */
  readonly execution?: string | undefined;
}
