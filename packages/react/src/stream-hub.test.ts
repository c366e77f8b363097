import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExecutionTarget } from './executions.js';
import { createStreamHub } from './stream-hub.js';
import { EXECUTION, FakeStream, TASK, status, token } from '../test/support/streams.js';

const TARGET: ExecutionTarget = { type: 'workflow', id: EXECUTION };
const LINGER_MS = 5_000;

let streams: FakeStream[];
let cursors: (string | undefined)[];
let paints: (() => void)[];
let organisations: [stream: FakeStream, after: string | undefined][];
/** How often the lists had been loaded again, paint by paint. */
let restarts: number[];

beforeEach(() => {
  vi.useFakeTimers();
  streams = [];
  cursors = [];
  paints = [];
  organisations = [];
  restarts = [];
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
    openOrganisation: (after) => {
      const stream = new FakeStream();
      organisations.push([stream, after]);
      return stream;
    },
    onAdvance,
    onOrganisation: (view) => void restarts.push(view.restarts),
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
    expect(store.getSnapshot().tasks.size).toBe(0);
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
    expect(store.getSnapshot().tasks.get(TASK)?.text).toBe('Hello');
    hub.resume();
    hub.resume();
    expect(cursors).toEqual([undefined, 'e.2']);
    streams[1]?.say(token(3, ', you'));
    await paint();
    expect(store.getSnapshot().tasks.get(TASK)?.text).toBe('Hello, you');
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

describe('the stream of the organisation', () => {
  test('is one, open while a list is looked at', () => {
    const hub = makeHub();
    expect(organisations).toHaveLength(0);
    const stop = hub.organisation.subscribe(() => undefined);
    hub.organisation.subscribe(() => undefined)();
    expect(organisations).toHaveLength(1);
    stop();
    vi.advanceTimersByTime(LINGER_MS);
    expect(organisations[0]?.[0].isClosed).toBe(true);
  });

  test('asks for the lists when it first stands and after each gap, not after a cut', async () => {
    const hub = makeHub();
    hub.organisation.subscribe(() => undefined);
    const stream = organisations[0]?.[0];
    stream?.say(status({ state: 'catching-up', head: 0 }));
    await paint();
    stream?.say(status({ state: 'live' }));
    await paint();
    stream?.say(status({ state: 'connecting' }), status({ state: 'live' }), token(1, 'anything'));
    await paint();
    stream?.say({ kind: 'gap', from: 1, to: 1, reason: 'epoch' });
    await paint();
    expect(restarts).toEqual([0, 1, 1, 2]);
  });

  test('goes on after its last entry when a hidden page is looked at again, and begins anew without one', async () => {
    const hub = makeHub();
    hub.organisation.subscribe(() => undefined);
    organisations[0]?.[0].say(status({ state: 'live' }));
    await paint();
    hub.pause();
    hub.resume();
    expect(hub.organisation.getSnapshot()).toMatchObject({ restarts: 0, freshness: 'catching-up' });
    organisations[1]?.[0].say(status({ state: 'live' }), token(1, 'anything'));
    await paint();
    hub.pause();
    hub.resume();
    expect(organisations.map(([, after]) => after)).toEqual([undefined, undefined, 'e.1']);
    organisations[2]?.[0].say(status({ state: 'live' }));
    await paint();
    expect(hub.organisation.getSnapshot()).toMatchObject({ restarts: 1 });
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
    expect(store.getSnapshot().tasks.get(TASK)?.text).toBe('Hello');
  });

  test('a stream that fails leaves what was known, and says so', async () => {
    const store = makeHub().view(TARGET);
    store.subscribe(() => undefined);
    streams[0]?.say(token(1, 'Hel'), status({ state: 'closed' }));
    await paint();
    expect(store.getSnapshot()).toMatchObject({ connection: { state: 'closed' }, freshness: 'stale' });
    expect(store.getSnapshot().tasks.get(TASK)?.text).toBe('Hel');
  });
});
