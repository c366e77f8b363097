import { describe, expect, it } from 'vitest';

import { token } from '../test/support/log.js';
import type { LiveStreamMessage } from './live-stream-message.js';
import { BUFFER_MESSAGES, BUFFER_SIZE, MessageBuffer } from './message-buffer.js';

const entry = (seq: number): LiveStreamMessage => ({ kind: 'entry', frame: token(seq) });
const change = (state: 'connecting' | 'live'): LiveStreamMessage => ({ kind: 'status', status: { state } });

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

describe('the buffer between socket and reader', () => {
  it('gives messages in order, to whoever asked first', async () => {
    const buffer = new MessageBuffer();
    const first = buffer.next();
    const second = buffer.next();
    buffer.push(entry(1), 1);
    buffer.push(entry(2), 1);
    buffer.push(entry(3), 1);
    expect([await first, await second, await buffer.next()].map(({ value }) => value)).toEqual([1, 2, 3].map(entry));
  });

  it('L28 has no room while 1,000 messages wait to be read', async () => {
    const buffer = new MessageBuffer();
    for (let seq = 1; seq < BUFFER_MESSAGES; seq += 1) buffer.push(entry(seq), 1);
    expect(await isSettled(buffer.room())).toBe(true);
    buffer.push(entry(BUFFER_MESSAGES), 1);
    const room = buffer.room();
    expect(await isSettled(room)).toBe(false);
    await buffer.next();
    expect(await isSettled(room)).toBe(true);
  });

  it('L28 has no room while 1 Mi of text waits to be read', async () => {
    const buffer = new MessageBuffer();
    buffer.push(entry(1), BUFFER_SIZE);
    const room = buffer.room();
    expect(await isSettled(room)).toBe(false);
    await buffer.next();
    expect(await isSettled(room)).toBe(true);
  });

  it('L24 keeps only the newest of several changes in a row', async () => {
    const buffer = new MessageBuffer();
    for (const message of [entry(1), change('connecting'), change('live'), entry(2)]) buffer.push(message, 1);
    const read = [await buffer.next(), await buffer.next(), await buffer.next()];
    expect(read.map(({ value }) => value)).toEqual([entry(1), change('live'), entry(2)]);
  });

  it('L27 gives what it holds before it says that it failed, once', async () => {
    const buffer = new MessageBuffer();
    buffer.push(entry(1), 1);
    buffer.fail(new Error('gone'));
    buffer.push(entry(2), 1);
    expect((await buffer.next()).value).toEqual(entry(1));
    await expect(buffer.next()).rejects.toThrow('gone');
    expect(await buffer.next()).toEqual({ done: true, value: undefined });
  });

  it('L27 fails the reader who is waiting and ends the others', async () => {
    const buffer = new MessageBuffer();
    const [first, second] = [buffer.next(), buffer.next()];
    buffer.fail(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(await second).toEqual({ done: true, value: undefined });
  });

  it('L26 lets a waiting writer and reader go when it is discarded', async () => {
    const buffer = new MessageBuffer();
    buffer.push(entry(1), BUFFER_SIZE);
    const room = buffer.room();
    buffer.discard();
    await room;
    expect(await buffer.next()).toEqual({ done: true, value: undefined });
  });
});
