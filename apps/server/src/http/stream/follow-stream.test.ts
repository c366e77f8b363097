import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionId, OrgId, StreamEntry, StreamHead, StreamLog, Streams } from '@flovyn/engine';
import { toJson } from '@flovyn/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDoubts } from '../../process/doubts.js';
import { followStream } from './follow-stream.js';
import { followExecution } from './followed.js';
import { resumeAfter } from './resume.js';
import { selectionOf } from './selection.js';
import { openSse } from './sse-writer.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;
const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

/** A log and its commits, moved by the test: what is stored and what is told are two steps. */
function aStream() {
  let entries: StreamEntry[] = [];
  let epoch = 'e1';
  let epochBase = 0;
  let first = 1;
  let ended: StreamHead['ended'];
  const listeners = new Set<(entries: readonly StreamEntry[]) => void>();
  const looks: (() => void)[] = [];
  let isSlow = false;
  let fails = false;

  const look = async <Value>(take: () => Value): Promise<Value> => {
    if (isSlow) await new Promise<void>((resolve) => looks.push(resolve));
    if (fails) throw new Error('no database');
    return take();
  };
  const headNow = (): StreamHead => {
    return {
      executionId: id,
      rootId: id,
      type: 'task',
      epoch,
      epochBase,
      seq: entries.at(-1)?.seq ?? first - 1,
      first,
      ended,
    };
  };
  const log: StreamLog = {
    head: () => look(headNow),
    read: (_id, after, limit) => look(() => entries.filter(({ seq }) => seq > after).slice(0, limit)),
    extent: (_id, epoch) =>
      look(() => {
        const own = entries.filter((entry) => entry.epoch === epoch).map(({ seq }) => seq);
        return own.length === 0 ? undefined : { first: Math.min(...own), last: Math.max(...own) };
      }),
  };
  let hearing: Promise<void> = Promise.resolve();
  const streams: Streams = {
    subscribe(_id, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    subscribeFamily: () => () => undefined,
    subscribeOrg: () => () => undefined,
    settled: () => hearing,
  };

  return {
    log,
    streams,
    listeners,
    headNow,
    /** Stores the next entries without telling anybody. */
    store(count: number, last?: 'COMPLETED'): StreamEntry[] {
      const from = (entries.at(-1)?.seq ?? 0) + 1;
      const added = Array.from({ length: count }, (_, index): StreamEntry => {
        const isLast = last !== undefined && index === count - 1;
        const event = isLast ? { type: 'Event', data: { status: last } } : { type: 'token', text: `${from + index}` };
        return {
          executionId: id,
          rootId: id,
          epoch,
          seq: from + index,
          kind: isLast ? 'state' : 'token',
          event: toJson(event),
          timestampMs: 1,
          ...(isLast ? { terminal: true } : undefined),
        };
      });
      entries = [...entries, ...added];
      ended = last;
      return added;
    },
    tell(commit: readonly StreamEntry[]): void {
      for (const listener of listeners) listener(commit);
    },
    /** The database comes back with less than it had, under a new numbering. */
    lose(after: number): void {
      entries = entries.filter(({ seq }) => seq <= after);
      epoch = 'e2';
      epochBase = after;
    },
    expire(upTo: number): void {
      entries = entries.filter(({ seq }) => seq > upTo);
      first = upTo + 1;
    },
    expireOne(seq: number): void {
      entries = entries.filter((entry) => entry.seq !== seq);
    },
    /** Other processes are heard only when the answer is called. */
    hearLater(): () => void {
      let begin: () => void = () => undefined;
      hearing = new Promise((resolve) => (begin = resolve));
      return () => begin();
    },
    slow(): void {
      isSlow = true;
    },
    /** Lets one look at the database come back. */
    answer: async (): Promise<void> => {
      looks.shift()?.();
      await settled();
    },
    fail(): void {
      fails = true;
    },
  };
}

class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  isFull = false;
  writableLength = 0;
  destroyed = false;
  removeHeader(): void {}
  writeHead(): void {}
  write(bytes: Buffer | string): boolean {
    this.written.push(bytes.toString());
    if (this.isFull) this.writableLength += bytes.length;
    return !this.isFull;
  }
  end(bytes?: string): void {
    if (bytes !== undefined) this.written.push(bytes);
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
  drain(): void {
    this.isFull = false;
    this.writableLength = 0;
    this.emit('drain');
  }
  /** What the reader got, in short. */
  words(): string[] {
    return this.written
      .join('')
      .split('\n\n')
      .flatMap((message) => {
        if (message.startsWith('retry:')) return ['retry'];
        const [, name, data] = /^event: (\w+)\n(?:id: .*\n)?data: (.*)$/s.exec(message) ?? [];
        if (name === undefined || data === undefined) return [];
        const value = JSON.parse(data) as {
          seq?: number;
          from?: number;
          to?: number;
          reason?: string;
          status?: string;
        };
        if (name === 'gap') return [`gap ${value.from}-${value.to} ${value.reason}`];
        if (name === 'end') return [`end ${value.status}`];
        return name === 'ready' ? [`ready ${value.from}`] : [String(value.seq)];
      });
  }
}

const everything = selectionOf(undefined, 'json');

function follow(stream: ReturnType<typeof aStream>, cursor?: string) {
  const response = new FakeResponse();
  const writer = openSse(response as unknown as ServerResponse, { onStall: () => undefined });
  const doubts = createDoubts();
  const head = stream.headNow();
  const over = followStream(
    followExecution(orgId, head, stream),
    { start: resumeAfter(cursor, head), selection: everything, writer },
    doubts,
  );
  return { response, writer, doubts, over };
}

/** Everything that can happen without an outside event has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('following a stream', () => {
  it('R22 shows what is stored, then what is committed', async () => {
    const stream = aStream();
    stream.store(3);
    const { response, over } = follow(stream);
    await settled();
    stream.tell(stream.store(2));
    stream.tell(stream.store(1, 'COMPLETED'));
    await over;
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4', '5', '6', 'end COMPLETED']);
    expect(stream.listeners.size).toBe(0);
  });

  it('R22 joins what was committed while the log was read', async () => {
    const stream = aStream();
    stream.store(2);
    stream.slow();
    const { response, writer } = follow(stream);
    await settled();
    const early = stream.store(2);
    stream.tell(early);
    await stream.answer();
    // The page had them already; what is told afterwards goes on from there.
    stream.tell(stream.store(1));
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4', '5']);
    writer.end('');
  });

  it('R17 fills a hole from the log, whoever made it', async () => {
    const stream = aStream();
    const { response, writer } = follow(stream);
    await settled();
    stream.store(2);
    stream.tell(stream.store(1));
    await settled();
    expect(response.words()).toEqual(['ready 1', '1', '2', '3']);
    writer.end('');
  });

  it('R17 passes over what it has, and over a commit told twice', async () => {
    const stream = aStream();
    const { response, writer } = follow(stream);
    await settled();
    const one = stream.store(2);
    const two = stream.store(2);
    stream.tell(one);
    stream.tell(one);
    stream.tell([...one, ...two]);
    stream.tell(two);
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4']);
    writer.end('');
  });

  it('looks at the log when there is doubt whether something was missed', async () => {
    const stream = aStream();
    const { response, doubts, over } = follow(stream);
    await settled();
    stream.store(2, 'COMPLETED');
    expect(response.words()).toEqual(['ready 1']);
    doubts.raise();
    await over;
    doubts.close();
    expect(response.words()).toEqual(['ready 1', '1', '2', 'end COMPLETED']);
  });

  it('R22 reads the log only when other processes are heard, or what they write meanwhile would be missed', async () => {
    const stream = aStream();
    const hear = stream.hearLater();
    const { response, over } = follow(stream);
    await settled();
    stream.store(2, 'COMPLETED');
    expect(response.words()).toEqual(['ready 1']);
    hear();
    await over;
    expect(response.words()).toEqual(['ready 1', '1', '2', 'end COMPLETED']);
  });

  it('L12 looks at the log for what another process committed and only the log has', async () => {
    const stream = aStream();
    const { response, writer } = follow(stream);
    await settled();
    const [one, two] = [stream.store(1), stream.store(1)];
    stream.tell([]);
    // Late copies of what has been read by then.
    stream.tell(two);
    stream.tell(one);
    await settled();
    stream.tell([]);
    await settled();
    expect(response.words()).toEqual(['ready 1', '1', '2']);
    stream.tell(stream.store(1));
    expect(response.words()).toEqual(['ready 1', '1', '2', '3']);
    writer.end('');
  });

  it('R21 says what the database lost while it followed', async () => {
    const stream = aStream();
    stream.store(5);
    const { response, writer } = follow(stream);
    await settled();
    stream.lose(3);
    stream.tell(stream.store(2));
    await settled();
    stream.tell(stream.store(1));
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4', '5', 'gap 4-5 epoch', '4', '5', '6']);
    writer.end('');
  });

  it('R21 goes on silently over a new numbering that took nothing from it', async () => {
    const stream = aStream();
    stream.store(3);
    const { response, writer } = follow(stream);
    await settled();
    stream.lose(3);
    stream.tell(stream.store(2));
    await settled();
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4', '5']);
    writer.end('');
  });

  it('R21 says nothing twice when it has read of a new numbering before it was told of it', async () => {
    const stream = aStream();
    stream.store(3);
    stream.slow();
    const { response, writer } = follow(stream);
    await settled();
    stream.lose(3);
    const early = stream.store(2);
    stream.tell(early);
    for (let look = 0; look < 5; look++) await stream.answer();
    stream.tell(stream.store(1));
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4', '5', '6']);
    writer.end('');
  });

  it('R21 says what the database lost between two pages', async () => {
    const stream = aStream();
    stream.store(40);
    stream.slow();
    const { response, writer } = follow(stream);
    await settled();
    await stream.answer();
    expect(response.words()).toHaveLength(33);
    stream.lose(30);
    stream.store(5);
    for (let look = 0; look < 5; look++) await stream.answer();
    expect(response.words().slice(31)).toEqual(['31', '32', 'gap 31-32 epoch', '31', '32', '33', '34', '35']);
    writer.end('');
  });

  it('R21 says what is kept no longer, at the beginning and in between', async () => {
    const stream = aStream();
    stream.store(8);
    stream.expire(2);
    stream.expireOne(5);
    const { response, writer } = follow(stream, 'e1.1');
    await settled();
    expect(response.words()).toEqual(['ready 3', 'gap 2-2 expired', '3', '4', 'gap 5-5 expired', '6', '7', '8']);
    writer.end('');
  });

  it('R22 reads from the log a commit that has a hole in itself', async () => {
    const stream = aStream();
    const { response, writer } = follow(stream);
    await settled();
    const stored = stream.store(4);
    stream.tell(stored.filter(({ seq }) => seq !== 2));
    await settled();
    expect(response.words()).toEqual(['ready 1', '1', '2', '3', '4']);
    writer.end('');
  });

  it('ends a stream of which nothing is kept', async () => {
    const stream = aStream();
    stream.store(2, 'COMPLETED');
    const head = { ...stream.headNow(), first: 3 };
    stream.expire(2);
    const response = new FakeResponse();
    const writer = openSse(response as unknown as ServerResponse, { onStall: () => undefined });
    const start = resumeAfter(undefined, head);
    await followStream(followExecution(orgId, head, stream), { start, selection: everything, writer }, createDoubts());
    expect(response.words()).toEqual(['ready 3', 'gap 1-2 expired', 'end COMPLETED']);
  });

  it('R24 stops pushing to a reader that is behind, and gives it the rest when it has caught up', async () => {
    const stream = aStream();
    const { response, writer } = follow(stream);
    await settled();
    response.isFull = true;
    for (let round = 0; round < 30; round++) stream.tell(stream.store(100));
    await settled();
    const pushed = response.words().length;
    expect(pushed).toBeLessThan(1_200);
    response.drain();
    await settled();
    expect(response.words().slice(1)).toEqual(Array.from({ length: 3_000 }, (_, index) => String(index + 1)));
    writer.end('');
  });

  it('fails when the log cannot be read, and listens no longer', async () => {
    const stream = aStream();
    stream.fail();
    const { over } = follow(stream);
    await expect(over).rejects.toThrow('no database');
    expect(stream.listeners.size).toBe(0);
  });

  it('asks the reader to come back when what it followed is gone', async () => {
    const stream = aStream();
    const { response, doubts, over } = follow({ ...stream, log: { ...stream.log, head: async () => undefined } });
    await settled();
    doubts.raise();
    await over;
    doubts.close();
    expect(response.words()).toEqual(['ready 1', 'retry']);
  });

  it('R22 is right in every order of storing, telling and reading', async () => {
    const step = fc.constantFrom('store', 'tell', 'answer', 'drop' as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const stream = aStream();
        stream.store(2);
        stream.slow();
        const { response, over } = follow(stream);
        const untold: StreamEntry[][] = [];
        for (const what of steps) {
          if (what === 'store') untold.push(stream.store(1));
          else if (what === 'tell') stream.tell(untold.shift() ?? []);
          else if (what === 'drop') untold.shift();
          else await stream.answer();
          await settled();
        }
        stream.tell(stream.store(1, 'COMPLETED'));
        let isOver = false;
        void over.then(() => (isOver = true));
        for (let turn = 0; turn < 100 && !isOver; turn++) await stream.answer();
        const words = response.words();
        expect(words.at(-1)).toBe('end COMPLETED');
        expect(words.slice(1, -1)).toEqual(words.slice(1, -1).map((_, index) => String(index + 1)));
        expect(words).toHaveLength(stream.headNow().seq + 2);
      }),
      { numRuns: 150 },
    );
  });
});
