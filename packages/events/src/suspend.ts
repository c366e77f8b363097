import { type SuspendType, type Unrecognized, suspendType } from './enums.js';

/** One thing a suspended workflow waits for. */
export interface WaitingOn {
  /** What it is. */
  readonly type: SuspendType;
  /** The name its author gave it: a task or child kind, a signal or promise name. */
  readonly name?: string | undefined;
  /** The id of the task, promise, timer or child; a signal has none. */
  readonly id?: string | undefined;
}

/**
 * Which wait names a suspension when there are several: work in progress first, then a person, then the clock.
 * So a suspension named SIGNAL never has an awaited task still running.
 */
export const suspendTypePrecedence = [
  suspendType.TASK,
  suspendType.CHILD_WORKFLOW,
  suspendType.SIGNAL,
  suspendType.PROMISE,
  suspendType.TIMER,
] as const satisfies readonly SuspendType[];

/**
 * The `suspendType` of a workflow that waits for all of these: the first of {@link suspendTypePrecedence} among them.
 *
 * @returns `SUSPEND_TYPE_UNSPECIFIED` when nothing it knows is awaited.
 */
export function firstSuspendType(waitingOn: Iterable<{ readonly type: SuspendType | Unrecognized }>): SuspendType {
  const awaited = new Set<string>();
  for (const { type } of waitingOn) awaited.add(type);
  return suspendTypePrecedence.find((type) => awaited.has(type)) ?? suspendType.UNSPECIFIED;
}
