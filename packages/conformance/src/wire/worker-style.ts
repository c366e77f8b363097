/** The habits in which published workers differ. A server takes them all. */
export interface WorkerStyle {
  /** What a poll says as `worker_id`: the name the worker chose, or the UUID it was given. */
  readonly pollsAs: 'name' | 'id';
  /** The number of a turn's first command: the one after the history it fetched, or 1 in every turn. */
  readonly numbersFrom: 'history' | 'one';
  /** Whether a turn that waits says so with a command of its own, or with the status alone. */
  readonly saysSuspended: boolean;
  /** Whether it says that it lives. */
  readonly heartbeats: boolean;
  /** The id of the n-th timer of an execution, counted from 0. */
  readonly timerId: (ordinal: number) => string;
}

export const STYLES = {
  rust: {
    pollsAs: 'name',
    numbersFrom: 'history',
    saysSuspended: true,
    heartbeats: true,
    timerId: (ordinal) => `sleep-${ordinal + 1}`,
  },
  /** Python, Kotlin and TypeScript over the native library. */
  ffi: {
    pollsAs: 'id',
    numbersFrom: 'one',
    saysSuspended: false,
    heartbeats: false,
    timerId: (ordinal) => `timer-${ordinal}`,
  },
} as const satisfies Record<string, WorkerStyle>;

export type StyleName = keyof typeof STYLES;

/** For `test.each`: what is promised to one must be kept to the other. */
export const STYLE_NAMES = ['rust', 'ffi'] as const satisfies readonly StyleName[];
