import { setTimeout as wait } from 'node:timers/promises';
import type { TaskExecutionInfo } from '@flovyn/protocol/grpc';
import type { ForeignWorker } from './foreign-worker.js';
import type { Script } from './replayer.js';
import { STYLES } from './worker-style.js';

/** Code of a task: what it returns is the output, what it throws fails the attempt. */
export type TaskBody = (task: TaskExecutionInfo) => unknown;

/** What a worker that works by itself can do, by kind. */
export interface WorkerCode {
  readonly workflows?: Readonly<Record<string, Script>>;
  readonly tasks?: Readonly<Record<string, TaskBody>>;
}

/** Published workers pause as long after a poll that found nothing. */
const PAUSE_MS = 100;

/** More often than any of them does, so that a case of a second sees some. */
const HEARTBEAT_MS = 500;

export interface Serving {
  /** Lets the worker work in the background. */
  begin(code: WorkerCode): void;
  /** What went wrong while it did. */
  readonly errors: readonly unknown[];
  /** Leaves in the middle of polls, and waits for what is still being done. */
  end(): Promise<void>;
}

/** One poll of each sort at a time, and whatever it is given at once; heartbeats beside, when its style has them. */
export function createServing(worker: () => ForeignWorker): Serving {
  const goingAway = new AbortController();
  const { signal } = goingAway;
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];

  /** Only errors of a worker that is still there count. */
  function run(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        if (!signal.aborted) errors.push(error);
      })
      .finally(() => running.delete(done));
    running.add(done);
  }

  async function keepPolling<Work>(poll: () => Promise<Work | undefined>, handle: (work: Work) => Promise<void>) {
    while (!signal.aborted) {
      const work = await poll();
      if (work === undefined) await wait(PAUSE_MS, undefined, { signal });
      else run(() => handle(work));
    }
  }

  async function keepBeating(): Promise<void> {
    while (!signal.aborted) {
      await worker().heartbeat();
      await wait(HEARTBEAT_MS, undefined, { signal });
    }
  }

  async function attempt(task: TaskExecutionInfo, body: TaskBody | undefined): Promise<void> {
    if (body === undefined) return worker().failTask(task, `Task kind not found: ${task.kind}`);
    let output: unknown;
    try {
      output = await body(task);
    } catch (error: unknown) {
      return worker().failTask(task, error instanceof Error ? error.message : String(error));
    }
    await worker().completeTask(task, output);
  }

  return {
    errors,
    begin({ workflows, tasks }) {
      const { pollWorkflow, pollTask, turnOf, play, style } = worker();
      if (STYLES[style].heartbeats) run(keepBeating);
      if (tasks !== undefined) {
        run(() =>
          keepPolling(
            () => pollTask({ signal }),
            (task) => attempt(task, tasks[task.kind]),
          ),
        );
      }
      if (workflows === undefined) return;
      run(() =>
        keepPolling(
          () => pollWorkflow({ signal }),
          async (execution) => {
            const script = workflows[execution.kind];
            // The Rust worker says so in its log, and the execution is stuck.
            if (script === undefined) throw new Error(`Given an execution of the kind ${execution.kind}`);
            await play(await turnOf(execution), script);
          },
        ),
      );
    },
    async end() {
      goingAway.abort();
      // What is done may begin something more.
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
