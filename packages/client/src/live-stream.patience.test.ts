import { getEventListeners } from 'node:events';

import { encodeComment, encodeEnd, encodeReady } from '@flovyn/events/sse';
import { afterEach, describe, expect, it } from 'vitest';

import { fakeConnections, settle } from '../test/support/fake-connections.js';
import { replay, sse, token, tokens } from '../test/support/log.js';
import { ManualTime } from '../test/support/surroundings.js';
import { type LiveStream, openLiveStream } from './live-stream.js';
import type { LiveStreamMessage } from './live-stream-message.js';
import { BUFFER_MESSAGES } from './message-buffer.js';
import { defaultPatience } from './patience.js';

let live: LiveStream;
afterEach(() => live.close());

function open(time = new ManualTime(), signal?: AbortSignal) {
  const connections = fakeConnections();
  const beginning = {
    cursor: undefined,
    contiguous: true,
    isLog: true,
    awaitCreationMs: 0,
    patience: defaultPatience,
    signal,
  };
  live = openLiveStream(connections.source, beginning, time);
  return { time, ...connections };
}

async function read(count: number): Promise<LiveStreamMessage[]> {
  const iterator = live[Symbol.asyncIterator]();
  const messages: LiveStreamMessage[] = [];
  while (messages.length < count) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    if (value.kind !== 'status') messages.push(value);
  }
  return messages;
}

const ready = (head: number) => encodeReady({ epoch: 'e1', from: 1, head });

describe('the patience of a live stream', () => {
  it('L02 gives up a try that is not answered within 30 s', async () => {
    const { time, connection } = open();
    const first = await connection(0);
    time.advance(defaultPatience.connectMs - 1);
    await settle();
    expect(live.status.state).toBe('connecting');
    time.advance(1);
    await settle();
    expect(live.status).toMatchObject({ state: 'waiting', retryInMs: 250, error: { code: 'DEADLINE_EXCEEDED' } });
    expect(first.signal.aborted).toBe(true);
    time.advance(250);
    expect((await connection(1)).cursor).toBeUndefined();
  });

  it('L07 tries again when the server cannot be reached', async () => {
    const { time, connection } = open();
    (await connection(0)).fail();
    await settle();
    expect(live.status).toMatchObject({ state: 'waiting', error: { code: 'UNAVAILABLE' } });
    time.advance(250);
    const second = await connection(1);
    second.answer();
    second.send(replay(tokens(1, 2), undefined));
    expect(await read(2)).toMatchObject([{ id: 'e1.1' }, { id: 'e1.2' }]);
  });

  it.each([
    [29_999, 8_000],
    [30_000, 250],
  ])('L11 heard for %i ms after five failures, it waits %i ms', async (heardMs, retryInMs) => {
    const { time, connection } = open();
    for (let failure = 0; failure < 5; failure += 1) {
      (await connection(failure)).fail();
      await settle();
      time.advance(30_000);
    }
    const steady = await connection(5);
    steady.answer();
    await settle();
    time.advance(heardMs);
    steady.send(encodeComment());
    await settle();
    time.advance(1_000);
    steady.end();
    await settle();
    expect(live.status).toMatchObject({ state: 'waiting', retryInMs });
  });

  it('L12 tries at once when it is told that there is a reason', async () => {
    const { time, connection } = open();
    (await connection(0)).fail();
    await settle();
    live.reconnectNow();
    await connection(1);
    expect(live.status.state).toBe('connecting');
    // The wait that was cut short is over for good; what is left is the limit of the new try.
    expect(time.pending).toBe(1);
  });

  it('L21 takes a connection that is silent for 37.5 s for dead, and continues from its cursor', async () => {
    const { time, connection } = open();
    const first = await connection(0);
    first.answer();
    first.send(ready(1) + sse(token(1)));
    await read(1);
    await settle();
    time.advance(defaultPatience.silenceMs - 1);
    first.send(encodeComment());
    await settle();
    time.advance(defaultPatience.silenceMs - 1);
    await settle();
    expect(live.status.state).toBe('live');
    time.advance(1);
    await settle();
    expect(live.status).toMatchObject({ state: 'waiting' });
    expect(first.signal.aborted).toBe(true);
    time.advance(500);
    expect((await connection(1)).cursor).toBe('e1.1');
  });

  it('L20 does not hear what a dropped connection still says', async () => {
    const { time, connection } = open();
    const first = await connection(0);
    first.answer();
    first.send(ready(9) + sse(token(1)) + sse(token(5)) + sse(token(2)) + encodeEnd({ status: 'COMPLETED' }));
    await settle();
    expect(live.status.state).toBe('waiting');
    time.advance(500);
    expect((await connection(1)).cursor).toBe('e1.1');
  });

  it('L23 is ready with the first word of the server, and not before', async () => {
    const { connection } = open();
    let isReady = false;
    void live.ready.then(() => (isReady = true));
    const first = await connection(0);
    first.answer();
    await settle();
    expect(isReady).toBe(false);
    first.send(ready(5));
    await settle();
    expect(isReady).toBe(true);
  });

  it('L28 reads no more than its reader keeps up with, and does not call that silence', async () => {
    const { time, connection } = open();
    const first = await connection(0);
    first.answer();
    const last = BUFFER_MESSAGES + 2;
    first.send(ready(last));
    for (const entry of tokens(1, last)) first.send(sse(entry));
    await settle();
    const pullsWhenFull = first.pulls;
    first.send(encodeEnd({ status: 'COMPLETED' }));
    time.advance(10 * defaultPatience.silenceMs);
    await settle();
    expect(live.status.state).toBe('catching-up');
    expect(first.pulls).toBe(pullsWhenFull);

    const messages = await read(last + 1);
    expect(messages).toHaveLength(last);
    expect(messages.at(-1)).toMatchObject({ id: `e1.${last}` });
    expect(live.status).toEqual({ state: 'ended', executionStatus: 'COMPLETED' });
  });

  it.each(['closed', 'ended'])('L26 leaves nothing behind when it is %s', async (how) => {
    const { signal } = new AbortController();
    const { time, connection } = open(new ManualTime(), signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const first = await connection(0);
    first.answer();
    first.send(ready(0));
    await settle();
    if (how === 'closed') live.close();
    else first.send(encodeEnd({ status: 'COMPLETED' }));
    await settle();
    expect(live.status.state).toBe(how);
    expect(first.signal.aborted).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    time.advance(defaultPatience.silenceMs);
    await settle();
    expect(time.pending).toBe(0);
  });
});
