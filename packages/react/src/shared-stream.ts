import type { LiveStream, LiveStreamMessage, LiveView } from '@flovyn/client';
import { type Paint, schedulePaint } from './paint.js';

/** One view of a stream that many readers share; made for `useSyncExternalStore`. */
export interface SharedStream<View> {
  /** Calls `listener` when the view has changed, until the returned function is called. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The view as it is now. */
  readonly getSnapshot: () => View;
  /** Tries again at once when the connection waits for its next try. */
  readonly reconnect: () => void;
}

/** The part that belongs to the hub. */
export interface OwnedStream<View> extends SharedStream<View> {
  /** Gives the connection back; the view stays as it is. */
  readonly pause: () => void;
  /** Continues after the last entry. */
  readonly resume: () => void;
  /** Closes the stream and forgets its view. */
  readonly stop: () => void;
}

/** What a shared view knows of its place. */
export type Followed = Pick<LiveView, 'asOf' | 'freshness'>;

/** What a shared stream is made of. */
export interface SharedStreamOptions<View extends Followed> {
  /** Opens a stream that continues after a cursor; without one it begins anew. */
  readonly open: (after: string | undefined) => LiveStream;
  /** Before anything was heard. */
  readonly empty: View;
  /** The view after some messages. */
  readonly advance: (view: View, messages: readonly LiveStreamMessage[]) => View;
  /** Told once per paint, before the readers are. */
  readonly onAdvance: (view: View, messages: readonly LiveStreamMessage[], before: View) => void;
  /** Told when nobody has looked for a while, and the stream is closed. */
  readonly onIdle?: () => void;
  /** How long a stream without readers stays open, in milliseconds: 5,000. */
  readonly lingerMs?: number | undefined;
  readonly paint?: Paint | undefined;
}

/** Long enough for React's double mounting and for a step to the next page and back. */
const LINGER_MS = 5_000;

/**
 * A stream that is open while somebody looks, and a little longer: mounting, unmounting and navigating never cut its
 * connection, only having no reader for a while does.
 */
export function createSharedStream<View extends Followed>({
  open,
  empty,
  advance,
  onAdvance,
  onIdle,
  lingerMs = LINGER_MS,
  paint = schedulePaint,
}: SharedStreamOptions<View>): OwnedStream<View> {
  const listeners = new Set<() => void>();
  let view = empty;
  let stream: LiveStream | undefined;
  let pending: LiveStreamMessage[] = [];
  let cancelPaint: (() => void) | undefined;
  let cancelLinger: (() => void) | undefined;

  function start(): void {
    // Without a place to continue from, nothing that was shown before belongs to what comes.
    if (view.asOf === undefined) view = empty;
    const opened = open(view.asOf);
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
    const before = view;
    view = advance(view, messages);
    onAdvance(view, messages, before);
    listeners.forEach((listener) => listener());
  }

  function disconnect(): void {
    const closing = stream;
    stream = undefined;
    closing?.close();
  }

  /** The view and its position live and die together: a later reader begins anew. */
  function stop(): void {
    cancelLinger?.();
    cancelLinger = undefined;
    disconnect();
    cancelPaint?.();
    cancelPaint = undefined;
    pending = [];
    view = empty;
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      cancelLinger?.();
      cancelLinger = undefined;
      if (stream === undefined) start();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        const timer = setTimeout(() => {
          stop();
          onIdle?.();
        }, lingerMs);
        cancelLinger = () => clearTimeout(timer);
      };
    },
    getSnapshot: () => view,
    reconnect: () => stream?.reconnectNow(),
    pause() {
      if (stream === undefined || view.freshness === 'ended') return;
      flush();
      disconnect();
    },
    resume() {
      if (stream === undefined && listeners.size > 0) start();
    },
    stop,
  };
}
