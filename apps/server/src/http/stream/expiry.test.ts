import type { ExecutionId, OrgId, StreamEntry, Streams } from '@flovyn/engine';
import { createMemoryStore } from '@flovyn/engine/memory';
import { createSseDecoder } from '@flovyn/events/sse';
import { toJson } from '@flovyn/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDoubts } from '../../process/doubts.js';
import { followStream } from './follow-stream.js';
import { followExecution } from './followed.js';
import { resumeAfter } from './resume.js';
import { selectionOf } from './selection.js';
import type { SseWriter } from './sse-writer.js';

const id = '00000000-0000-7000-8000-000000000001' as ExecutionId;
const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;

const silent: Streams = {
  subscribe: () => () => undefined,
  subscribeFamily: () => () => undefined,
  subscribeOrg: () => () => undefined,
  settled: () => Promise.resolve(),
};

/** A stream that is written, lost in part by crashes of the database, and let go of by retention. */
function aLife() {
  const store = createMemoryStore();
  const life = { store, log: [] as StreamEntry[], newsFrom: 1, durable: 0, epoch: 0, now: 0 };
  const begin = (): void => {
    const numbers = { version: 1, sequence: 0, epoch: `e${life.epoch}`, life: 'memory', workflow: undefined };
    store.rows.executions.set(id, { id, orgId, rootId: id, ...numbers });
  };
  begin();
  return {
    ...life,
    get log() {
      return life.log;
    },
    /** News before this number may be gone. */
    get newsFrom() {
      return life.newsFrom;
    },
    say(words: readonly ('state' | 'token' | 'end')[]): void {
      life.now += 1;
      const said = words.map((word, index): StreamEntry => {
        const seq = life.log.length + index + 1;
        const event = toJson({ type: 'Event', event: 'X', data: { status: 'COMPLETED' } });
        const entry = { executionId: id, rootId: id, epoch: `e${life.epoch}`, seq, event, timestampMs: life.now };
        if (word === 'token')
          return { ...entry, kind: 'token', event: toJson({ type: 'token', text: `${life.epoch}` }) };
        return { ...entry, kind: 'state', terminal: word === 'end' ? true : undefined };
      });
      life.log = [...life.log, ...said];
      store.rows.entries.set(id, [...(store.rows.entries.get(id) ?? []), ...said]);
    },
    /** The database comes back without the newest output, of which at most so much is gone. */
    crash(most: number): void {
      const lastNews = life.log.findLastIndex(({ kind }) => kind === 'state') + 1;
      const left = Math.max(lastNews, life.durable, life.log.length - most);
      life.log = life.log.slice(0, left);
      store.rows.entries.set(
        id,
        (store.rows.entries.get(id) ?? []).filter(({ seq }) => seq <= left),
      );
      life.epoch += 1;
      begin();
    },
    async expire(what: 'all' | 'output'): Promise<void> {
      await store.retention.expire(what, life.now, 1_000);
      life.durable = life.log.length;
      const last = life.log.at(-1);
      if (what === 'all' && last?.terminal === true) life.newsFrom = last.seq;
    },
    async trim(entries: number): Promise<void> {
      await store.retention.trim(await store.retention.weigh(id), { entries, bytes: 0 }, 1_000);
      // A crash that took more would take this removal as well.
      life.durable = life.log.length;
    },
  };
}

/** Somebody who reads now and then, each time from where they were, and believes what they are told. */
function aReader() {
  const held = new Map<number, string>();
  const missing = new Set<number>();
  let cursor: string | undefined;
  return {
    held,
    missing,
    /** Connects, and takes so many messages before the connection breaks. */
    async read({ store }: ReturnType<typeof aLife>, messages: number): Promise<void> {
      const head = await store.streams.head(orgId, id);
      if (head === undefined) return;
      const followed = followExecution(orgId, head, { streams: silent, log: store.streams });
      const start = await resumeAfter(cursor, followed.head, followed);
      const text = await written((writer) =>
        followStream(followed, { start, selection: selectionOf(undefined, 'json'), writer }, createDoubts()),
      );
      for (const { name, id: at, said } of messagesOf(text).slice(0, messages)) {
        if (name !== 'ready' && name !== 'gap' && name !== 'end') {
          held.set(said.seq, `${said.epoch} ${said.event.type}`);
          missing.delete(said.seq);
          cursor = at;
        }
        if (name !== 'gap') continue;
        for (let seq = said.from; seq <= said.to; seq += 1) if (said.reason === 'expired') missing.add(seq);
        if (said.reason !== 'epoch') continue;
        for (const told of [held, missing]) for (const seq of told.keys()) if (seq >= said.from) told.delete(seq);
      }
    },
  };
}

/** What may be said, in a frame or in a gap. */
interface Said {
  readonly seq: number;
  readonly epoch: string;
  readonly event: { readonly type: string };
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

function messagesOf(text: string): { readonly name: string; readonly id: string | undefined; readonly said: Said }[] {
  return createSseDecoder()
    .push(Buffer.from(text))
    .flatMap((line) =>
      line.kind === 'message' ? [{ name: line.event, id: line.id, said: JSON.parse(line.data) as Said }] : [],
    );
}

/** What a follower writes until it waits for news, or the stream ends. */
async function written(follow: (writer: SseWriter) => Promise<void>): Promise<string> {
  let text = '';
  let isClosed = false;
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  const end = (words: string): void => {
    text += words;
    isClosed = true;
    close();
  };
  const over = follow({
    write: (bytes) => void (text += bytes.toString()),
    isBehind: () => false,
    caughtUp: () => Promise.resolve(),
    get isClosed() {
      return isClosed;
    },
    closed,
    end,
    closeForNow: () => end(''),
  });
  for (let before = -1; before !== text.length; await new Promise((resolve) => setImmediate(resolve)))
    before = text.length;
  if (!isClosed) end('');
  await over;
  return text;
}

it('R21 whatever is lost and whatever expires: what readers get and what they are told is missing is the log', async () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        say: fc.array(fc.constantFrom<('state' | 'token' | 'end')[]>('state', 'token', 'token', 'end'), {
          minLength: 1,
          maxLength: 6,
        }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ read: fc.integer({ min: 1, max: 12 }) }) },
    fc.record({ expire: fc.constantFrom<('all' | 'output')[]>('all', 'output') }),
    fc.record({ trim: fc.nat(5) }),
    fc.record({ crash: fc.nat(4) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      const life = aLife();
      const reader = aReader();
      for (const step of steps) {
        if ('say' in step) life.say(step.say);
        else if ('read' in step) await reader.read(life, step.read);
        else if ('expire' in step) await life.expire(step.expire);
        else if ('trim' in step) await life.trim(step.trim);
        else life.crash(step.crash);
      }
      life.say(['state']);
      await reader.read(life, 1_000);
      const stored = new Set((await life.store.streams.read(id, 0, 1_000)).map(({ seq }) => seq));
      for (const entry of life.log) {
        const { seq, kind, epoch } = entry;
        const told = reader.missing.has(seq) ? 'missing' : reader.held.get(seq);
        const is = `${epoch} ${kind === 'state' ? 'Event' : 'token'}`;
        expect(told === 'missing' && !stored.has(seq) ? is : told).toBe(is);
        if (kind === 'state' && seq >= life.newsFrom) expect(told).toBe(is);
      }
      expect(Math.max(...reader.held.keys())).toBe(life.log.length);
    }),
    { numRuns: 300 },
  );
});
