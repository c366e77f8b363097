import type { ExecutionId, StreamEntry, TaskId } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { followOrg } from './follow-org.js';
import { OrgFeed } from './org-feed.js';
import type { SseWriter } from './sse-writer.js';

const execution = '018f6b2e-0000-7000-8000-000000000001' as ExecutionId;
const task = '018f6b2e-0000-7000-8000-000000000002' as TaskId;

let feed: OrgFeed;
let timers: (() => void)[];
let epochs: number;

beforeEach(() => {
  timers = [];
  epochs = 0;
  feed = new OrgFeed({
    newEpoch: () => `p${++epochs}`,
    after(_ms, run) {
      timers.push(run);
      return () => undefined;
    },
  });
});

const entry = (seq: number, parts: Partial<StreamEntry>): StreamEntry => ({
  executionId: execution,
  rootId: execution,
  epoch: 'e1',
  seq,
  kind: 'state',
  event: '{}' as Json,
  timestampMs: 5,
  ...parts,
});

const news = (seq: number, event: string, kind = 'order'): StreamEntry =>
  entry(seq, {
    event: JSON.stringify({ type: 'Event', event, data: { id: execution, kind }, timestampMs: 5 }) as Json,
  });

const taskNews = (seq: number, event: string): StreamEntry => ({ ...news(seq, event, 'export'), taskId: task });

const progress = (seq: number, value: number): StreamEntry =>
  entry(seq, { kind: 'progress', taskId: task, event: JSON.stringify({ type: 'progress', progress: value }) as Json });

interface Reader {
  /** What it was sent: `ready`, `gap <reason>`, or the id and the seq of a line. */
  readonly seen: string[];
  readonly writer: SseWriter & { hold(): void; drain(): void; close(): void };
}

function aReader(): Reader {
  const seen: string[] = [];
  let free: (() => void) | undefined;
  let held: Promise<void> | undefined;
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (close = resolve));
  const writer = {
    isClosed: false,
    closed,
    write(bytes: Buffer | string) {
      for (const frame of String(bytes).split('\n\n').filter(Boolean)) {
        const data = JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '{}') as { seq?: number; reason?: string };
        const name = /^event: (.*)$/m.exec(frame)?.[1];
        const id = /^id: (.*)$/m.exec(frame)?.[1];
        seen.push(id === undefined ? [name, data.reason].filter(Boolean).join(' ') : `${id} ${name} ${data.seq}`);
      }
    },
    isBehind: () => false,
    caughtUp: () => held ?? Promise.resolve(),
    end: () => undefined,
    closeForNow: () => undefined,
    hold: () => void (held = new Promise((resolve) => (free = resolve))),
    drain: () => {
      held = undefined;
      free?.();
    },
    close: () => {
      writer.isClosed = true;
      close();
    },
  };
  return { seen, writer };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

async function follow(cursor?: string, filter = {}): Promise<Reader> {
  const reader = aReader();
  void followOrg({ cursor, filter, writer: reader.writer }, feed);
  await settled();
  return reader;
}

describe('the feed of an organisation', () => {
  it('shows what comes from now on, of workflows and tasks, in its order', async () => {
    feed.record([news(1, 'WORKFLOW_CREATED')]);
    const { seen } = await follow();
    feed.record([news(2, 'WORKFLOW_STARTED'), news(3, 'TIMER_STARTED'), taskNews(4, 'TASK_CREATED')]);
    feed.record([entry(5, { kind: 'token' })]);
    await settled();
    expect(seen).toEqual(['ready', 'p1.2 data 2', 'p1.4 data 4']);
  });

  it('shows of each task the newest progress, a few times a second, and before what is said of the task next', async () => {
    const { seen } = await follow();
    feed.record([progress(1, 0.1), progress(2, 0.2)]);
    feed.record([progress(3, 0.3)]);
    await settled();
    expect(seen).toEqual(['ready']);
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await settled();
    expect(seen.splice(0)).toEqual(['ready', 'p1.1 progress 3']);
    feed.record([progress(4, 0.9), taskNews(5, 'TASK_COMPLETED')]);
    await settled();
    expect(seen).toEqual(['p1.2 progress 4', 'p1.3 data 5']);
  });

  it('shows what a filter asks for; progress does not say its kind, and passes', async () => {
    const workflows = await follow(undefined, { entity: 'workflow', kinds: new Set(['order']) });
    const tasks = await follow(undefined, { entity: 'task', kinds: new Set(['import']) });
    feed.record([news(1, 'WORKFLOW_CREATED'), news(2, 'WORKFLOW_CREATED', 'refund'), taskNews(3, 'TASK_CREATED')]);
    feed.record([progress(4, 0.5), taskNews(5, 'TASK_COMPLETED')]);
    await settled();
    expect(workflows.seen).toEqual(['ready', 'p1.1 data 1']);
    expect(tasks.seen).toEqual(['ready', 'p1.4 progress 4']);
  });

  it('shows that a run is to stop, or is tried again: a list would be wrong without', async () => {
    const [workflows, tasks] = [
      await follow(undefined, { entity: 'workflow' }),
      await follow(undefined, { entity: 'task' }),
    ];
    const said = (seq: number, event: string, data: object): StreamEntry =>
      entry(seq, { event: JSON.stringify({ type: 'Event', event, data, timestampMs: 5 }) as Json });
    feed.record([
      said(1, 'CANCELLATION_REQUESTED', { workflowExecutionId: execution, reason: null }),
      said(2, 'RETRY_REQUESTED', { targetId: execution, targetType: 'workflow', attempt: null }),
      said(3, 'RETRY_REQUESTED', { targetId: task, targetType: 'task', attempt: 2 }),
    ]);
    await settled();
    expect(workflows.seen).toEqual(['ready', 'p1.1 data 1', 'p1.2 data 2']);
    expect(tasks.seen).toEqual(['ready', 'p1.3 data 3']);
  });

  it('goes on where a reader was', async () => {
    feed.record([news(1, 'WORKFLOW_CREATED'), news(2, 'WORKFLOW_STARTED')]);
    expect((await follow('p1.1')).seen).toEqual(['ready', 'p1.2 data 2']);
    expect((await follow('p1.2')).seen).toEqual(['ready']);
  });

  it.each(['p0.1', 'p1.99', 'garbage'])(
    'says with a gap that it knows nothing of cursor %s, and goes on',
    async (cursor) => {
      feed.record([news(1, 'WORKFLOW_CREATED')]);
      const { seen } = await follow(cursor);
      feed.record([news(2, 'WORKFLOW_STARTED')]);
      await settled();
      expect(seen).toEqual(['ready', 'gap epoch', 'p1.2 data 2']);
    },
  );

  it('says with a gap what it does not keep any more: to who comes back late, and to who reads too slowly', async () => {
    feed.record([news(1, 'WORKFLOW_CREATED')]);
    const slow = await follow();
    slow.writer.hold();
    feed.record([news(2, 'WORKFLOW_CREATED')]);
    await settled();
    for (let n = 0; n < 20_001; n += 1) feed.record([news(n, 'WORKFLOW_CREATED')]);
    expect(feed.last - feed.first).toBeLessThan(20_000);
    slow.writer.drain();
    await settled();
    expect(slow.seen.slice(0, 3)).toEqual(['ready', 'gap overflow', expect.stringMatching(`^p1.${feed.first} data`)]);
    const late = await follow('p1.1');
    expect(late.seen.slice(0, 3)).toEqual(['ready', 'gap expired', expect.stringMatching(`^p1.${feed.first} data`)]);
  });

  it('tells everybody to load anew when something may have been missed', async () => {
    const { seen } = await follow();
    feed.renew();
    feed.record([news(1, 'WORKFLOW_CREATED')]);
    await settled();
    expect(seen).toEqual(['ready', 'gap epoch', 'p2.1 data 1']);
  });

  it('is left by a reader whose connection is over', async () => {
    const reader = aReader();
    const followed = followOrg({ cursor: undefined, filter: {}, writer: reader.writer }, feed);
    await settled();
    reader.writer.close();
    await followed;
    feed.record([news(1, 'WORKFLOW_CREATED')]);
    expect(reader.seen).toEqual(['ready']);
  });
});
