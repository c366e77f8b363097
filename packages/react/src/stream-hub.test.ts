import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type RunTarget, createStreamHub } from './stream-hub.js';
import { EXECUTION, FakeStream, TASK, status, token } from '../test/support/streams.js';

const TARGET: RunTarget = { type: 'workflow', id: EXECUTION };
const LINGER_MS = 5_000;

let streams: FakeStream[];
let cursors: (string | undefined)[];
let paints: (() => void)[];

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  cursors = [];
  paints = [];
});

afterEach(() => {
  vi.useRealTimers();
});

function makeHub(onAdvance = vi.fn<() => void>()) {
  return createStreamHub({
    open: (_target, after) => {
      const stream = new FakeStream();
      cursors.push(after);
      streams.push(stream);
      return stream;
    },
    onAdvance,
    paint: (flush) => {
      paints.push(flush);
      return () => paints.splice(paints.indexOf(flush), 1);
    },
  });
}

/** Lets what was said arrive, and paints it. */
async function paint(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
  for (const flush of paints.splice(0)) flush();
}

describe('connections', () => {
  test('nothing is opened before somebody looks, and one stream serves all who do', () => {
    const hub = makeHub();
    const store = hub.view(TARGET);
    expect(streams).toHaveLength(0);
    store.subscribe(() => undefined);
    hub.view({ ...TARGET }).subscribe(() => undefined);
    expect(streams).toHaveLength(1);
  });

  test('mounting twice, as StrictMode does, opens one stream', () => {
    const store = makeHub().view(TARGET);
    store.subscribe(() => undefined)();
    store.subscribe(() => undefined);
    vi.advanceTimersByTime(LINGER_MS * 2);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.isClosed).toBe(false);
  });

  test('without a reader for a while it is closed, and a later reader starts from the first entry', async () => {
    const hub = makeHub();
    const stop = hub.view(TARGET).subscribe(() => undefined);
    streams[0]?.say(token(1, 'old'));
    await paint();
    stop();
    vi.advanceTimersByTime(LINGER_MS - 1);
    expect(streams[0]?.isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(streams[0]?.isClosed).toBe(true);

    const store = hub.view(TARGET);
    store.subscribe(() => undefined);
    expect(streams).toHaveLength(2);
    expect(store.getSnapshot().live.tasks.size).toBe(0);
  });

  test('a nudge reaches every open stream', () => {
    const hub = makeHub();
    hub.view(TARGET).subscribe(() => undefined);
    hub.view({ type: 'task', id: TASK }).subscribe(() => undefined);
    hub.nudge();
    expect(streams.map(({ nudges }) => nudges)).toEqual([1, 1]);
  });

  test('a pause gives the connection back and keeps the view, and continues after its last entry', async () => {
    const hub = makeHub();
    const store = hub.view(TARGET);
    store.subscribe(() => undefined);
    streams[0]?.say(token(1, 'Hel'), token(2, 'lo'));
    await vi.advanceTimersByTimeAsync(0);
    hub.pause();
    expect(streams[0]?.isClosed).toBe(true);
    expect(store.getSnapshot().live.tasks.get(TASK)?.text).toBe('Hello');
    hub.resume();
    hub.resume();
    expect(cursors).toEqual([undefined, 'e.2']);
    streams[1]?.say(token(3, ', you'));
    await paint();
    expect(store.getSnapshot().live.tasks.get(TASK)?.text).toBe('Hello, you');
  });

  test('what has ended stays as it is through a pause', async () => {
    const hub = makeHub();
    hub.view(TARGET).subscribe(() => undefined);
    streams[0]?.say(status({ state: 'ended', executionStatus: 'COMPLETED' }));
    await paint();
    hub.pause();
    hub.resume();
    expect(streams).toHaveLength(1);
  });

  test('closing the hub closes all', () => {
    const hub = makeHub();
    hub.view(TARGET).subscribe(() => undefined);
    hub.close();
    expect(streams[0]?.isClosed).toBe(true);
  });
});

describe('painting', () => {
  test('all that was said since the last paint is told once, to the caches first', async () => {
    const told: string[] = [];
    const hub = makeHub(vi.fn(() => void told.push('caches')));
    const store = hub.view(TARGET);
    store.subscribe(() => void told.push('reader'));
    streams[0]?.say(status({ state: 'live' }), token(1, 'Hel'), token(2, 'lo'));
    await paint();
    expect(told).toEqual(['caches', 'reader']);
    expect(store.getSnapshot().live.tasks.get(TASK)?.text).toBe('Hello');
  });

  test('a stream that fails leaves what was known, and says so', async () => {
    const store = makeHub().view(TARGET);
    store.subscribe(() => undefined);
    streams[0]?.say(token(1, 'Hel'), status({ state: 'closed' }));
    await paint();
    expect(store.getSnapshot()).toMatchObject({ connection: { state: 'closed' }, live: { freshness: 'stale' } });
    expect(store.getSnapshot().live.tasks.get(TASK)?.text).toBe('Hel');
  });
});
