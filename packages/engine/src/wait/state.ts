import type { ExecutionId } from '../ids.js';

interface WaitFixed {
  /** What names it within its execution, among those of its type. */
  readonly key: string;
  /** The number of the fact that opened it. */
  readonly sequence: number;
  /** False once it has been closed: by its end, or by giving it up. */
  readonly open: boolean;
}

/** A timer; its key is the worker's own id for it. */
export interface TimerWait extends WaitFixed {
  readonly type: 'timer';
  readonly dueAt: number;
}

/** A promise; its key is its name or, where that is another one's of the same execution, what people settle it by. */
export interface PromiseWait extends WaitFixed {
  readonly type: 'promise';
  /** Not unique: asked for again, a name stands for one more promise. */
  readonly name: string;
  /** What people settle it by. */
  readonly promiseId: string;
  /** When it times out, if it does. */
  readonly dueAt?: number | undefined;
}

/** A child workflow; its key is the child's execution id. */
export interface ChildWait extends WaitFixed {
  readonly type: 'child';
  /** The name its parent gave it. Not unique: the same name may stand for several children, one after the other. */
  readonly name: string;
  readonly kind: string;
}

/** Something outside of its own code that a workflow execution has opened: it exists once for each type and key. */
export type Wait = TimerWait | PromiseWait | ChildWait;

export type WaitRef = Pick<Wait, 'type' | 'key'>;

/** The name of a wait in maps. */
export function waitName({ type, key }: WaitRef): string {
  return `${type} ${key}`;
}

export function childWait(id: ExecutionId): WaitRef {
  return { type: 'child', key: id };
}

/** The instant at which an open wait ends by itself, if it does. */
export function dueAtOf(wait: Wait): number | undefined {
  return wait.type === 'child' || !wait.open ? undefined : wait.dueAt;
}
