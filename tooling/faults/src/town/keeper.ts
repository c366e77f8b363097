import { type Child, launch } from '@flovyn/testing';

export interface KeeperOptions {
  readonly name: string;
  readonly file: string;
  /** The environment of the n-th life, from 1. */
  readonly environment: (life: number) => Readonly<Record<string, string>>;
  /** What it says when it is ready. */
  readonly ready: RegExp;
  /** Called with that line, each time. */
  readonly onReady?: (line: string) => void;
}

/** A process that is started again whenever it ends, as whoever runs it in production would. */
export interface Keeper {
  readonly name: string;
  /** How often it has been started. */
  readonly lives: () => number;
  /** Whether it has said that it is ready, and has not ended since. */
  readonly isReady: () => boolean;
  /** Ends it, with SIGTERM or SIGKILL. */
  end(name: NodeJS.Signals): void;
  pause(): void;
  resume(): void;
  /** Everything all its lives have said. */
  readonly lines: () => string[];
  /** Keeps it no longer, and ends it. */
  close(): Promise<void>;
}

/** Between an end and the next start. */
const RESTART_MS = 100;
/** Who cannot end in order, because what it needs is away, is killed. */
const ORDERLY_MS = 40_000;

export function keep({ name, file, environment, ready, onReady }: KeeperOptions): Keeper {
  const children: Child[] = [];
  let isReady = false;
  let isKept = true;

  const live = async (): Promise<void> => {
    while (isKept) {
      const child = launch(file, environment(children.length + 1));
      children.push(child);
      const started = child.line(ready).then(
        (line) => {
          onReady?.(line);
          isReady = true;
        },
        // It ended before, or hangs: then it is somebody's to kill.
        () => undefined,
      );
      await child.exited;
      await started;
      isReady = false;
      if (isKept) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    }
  };
  const living = live();
  const last = (): Child | undefined => children.at(-1);
  return {
    name,
    lives: () => children.length,
    isReady: () => isReady,
    end(signal) {
      isReady = false;
      last()?.signal(signal);
      last()?.signal('SIGCONT');
    },
    pause: () => last()?.signal('SIGSTOP'),
    resume: () => last()?.signal('SIGCONT'),
    lines: () => children.flatMap(({ lines }) => lines),
    async close() {
      isKept = false;
      last()?.signal('SIGCONT');
      last()?.signal('SIGTERM');
      const killing = setTimeout(() => last()?.signal('SIGKILL'), ORDERLY_MS);
      await living;
      clearTimeout(killing);
    },
  };
}
