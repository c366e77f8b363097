import { useSyncExternalStore } from 'react';

const ABSOLUTE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });

/** An instant: relative to now, absolute on hover. */
export function Ago({ at }: { readonly at: string | number }) {
  const now = useNow();
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={ABSOLUTE.format(date)}>
      {ago(now - date.getTime())}
    </time>
  );
}

/** The time of day of an instant, to the second. */
export function Clock({ at }: { readonly at: number }) {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={ABSOLUTE.format(date)}>
      {CLOCK.format(date)}
    </time>
  );
}

/** How long something took. Both ends are the server's, so a wrong clock here cannot make it wrong. */
export function Took({ from, to }: { readonly from: string; readonly to: string }) {
  return <>{duration(Date.parse(to) - Date.parse(from))}</>;
}

/** A length of time in its two largest units: `840 ms`, `3.2 s`, `2 min 5 s`, `3 h 20 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** How long ago in one unit. A future instant, seen by a slow clock, is now. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 5) return 'just now';
  if (seconds < 60) return RELATIVE.format(-seconds, 'second');
  if (seconds < 3_600) return RELATIVE.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return RELATIVE.format(-Math.floor(seconds / 3_600), 'hour');
  return RELATIVE.format(-Math.floor(seconds / 86_400), 'day');
}

/** One clock for all: hundreds of rows, one timer, and none while nobody looks at a time. */
const clock = {
  now: Date.now(),
  listeners: new Set<() => void>(),
  timer: undefined as ReturnType<typeof setInterval> | undefined,
};

function subscribe(listener: () => void): () => void {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    clock.now = Date.now();
    clock.listeners.forEach((each) => each());
  }, 1_000);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    clearInterval(clock.timer);
    clock.timer = undefined;
  };
}

/** The time, a second exact; the component is drawn again every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => clock.now);
}
