import type { LiveStream, LiveStreamMessage } from '@flovyn/client';
import { type Paint, schedulePaint } from './paint.js';
import { type RunView, advanceRunView, emptyRunView } from './run-view.js';

/** Whose view: a workflow execution's or a standalone task's. */
export interface RunTarget {
  /** What it is. */
  readonly type: 'workflow' | 'task';
  /** Its id, a UUID. */
  readonly id: string;
}

/** One view that many readers share; made for `useSyncExternalStore`. */
export interface RunViewStore {
  /** Calls `listener` when the view has changed, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The view as it is now. */
  readonly getSnapshot: () => RunView;
  /** Tries again at once when the connection waits for its next try. */
  readonly reconnect: () => void;
}

/** What a hub needs. */
export interface StreamHubOptions {
  /** Opens a stream that continues after a cursor; without one it starts with the first entry. */
  readonly open: (target: RunTarget, after: string | undefined) => LiveStream;
  /** Told once per paint, before the readers are. */
  readonly onAdvance: (target: RunTarget, view: RunView, messages: readonly LiveStreamMessage[]) => void;
  /** How long a stream without readers stays open, in milliseconds: 5,000. */
  readonly lingerMs?: number;
  readonly paint?: Paint;
}

/** Keeps at most one stream per execution open, whoever looks at it. */
export interface StreamHub {
  /** The same store for the same target, as long as it has readers or lingers. */
  view(target: RunTarget): RunViewStore;
  /** Makes every waiting stream try again: the network is back. */
  nudge(): void;
  /** Gives the connections back while nobody looks; the views stay as they are. */
  pause(): void;
  /** Continues every view after its last entry. */
  resume(): void;
  /** Closes every stream and forgets its view. */
  close(): void;
}

/** Long enough for React's double mounting and for a step to the next page and back. */
const LINGER_MS = 5_000;

/**
 * Makes a hub. Streams belong to it and not to components: mounting, unmounting and navigating never cut a connection,
 * only having no reader for a while does.
 */
export function createStreamHub({
  open,
  onAdvance,
  lingerMs = LINGER_MS,
  paint = schedulePaint,
}: StreamHubOptions): StreamHub {
  const stores = new Map<string, OpenableStore>();

  return {
    view(target) {
      const key = keyOf(target);
      const existing = stores.get(key);
      if (existing !== undefined) return existing;
      const store = createStore(target);
      stores.set(key, store);
      return store;
    },
    nudge: () => stores.forEach((store) => store.reconnect()),
    pause: () => stores.forEach((store) => store.pause()),
    resume: () => stores.forEach((store) => store.resume()),
    close() {
      stores.forEach((store) => store.stop());
      stores.clear();
    },
  };

  function createStore(target: RunTarget): OpenableStore {
    const listeners = new Set<() => void>();
    let view = emptyRunView;
    let stream: LiveStream | undefined;
    let pending: LiveStreamMessage[] = [];
    let cancelPaint: (() => void) | undefined;
    let cancelLinger: (() => void) | undefined;

    function start(after?: string): void {
      const opened = open(target, after);
      stream = opened;
      void (async () => {
        for await (const message of opened) {
          if (stream !== opened) return;
          pending.push(message);
          cancelPaint ??= paint(flush, view);
        }
      })().catch(() => {
        // The stream has said so itself: its last message is the status "failed", with the reason.
      });
    }

    function flush(): void {
      cancelPaint?.();
      cancelPaint = undefined;
      const messages = pending;
      pending = [];
      view = advanceRunView(view, messages);
      onAdvance(target, view, messages);
      listeners.forEach((listener) => listener());
    }

    function disconnect(): void {
      const closing = stream;
      stream = undefined;
      closing?.close();
    }

    /** The view and its position live and die together: a later reader starts from the first entry again. */
    function stop(): void {
      disconnect();
      cancelPaint?.();
      cancelPaint = undefined;
      pending = [];
      view = emptyRunView;
    }

    return {
      subscribe(listener) {
        listeners.add(listener);
        cancelLinger?.();
        cancelLinger = undefined;
        if (stream === undefined) start(view.live.asOf);
        return () => {
          listeners.delete(listener);
          if (listeners.size > 0) return;
          const timer = setTimeout(() => {
            stores.delete(keyOf(target));
            stop();
          }, lingerMs);
          cancelLinger = () => clearTimeout(timer);
        };
      },
      getSnapshot: () => view,
      reconnect: () => stream?.reconnectNow(),
      pause() {
        if (stream === undefined || view.live.freshness === 'ended') return;
        flush();
        disconnect();
      },
      resume() {
        if (stream === undefined && listeners.size > 0) start(view.live.asOf);
      },
      stop,
    };
  }
}

function keyOf({ type, id }: RunTarget): string {
  return `${type}/${id}`;
}

interface OpenableStore extends RunViewStore {
  readonly pause: () => void;
  readonly resume: () => void;
  readonly stop: () => void;
}
