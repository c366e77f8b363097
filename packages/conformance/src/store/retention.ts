import type { ExecutionId, StreamEntry, TaskState, WorkflowState } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seed } from '../support/requests.js';
import { type Bench, type MakeDatabase, loadOne, setUp } from './bench.js';
import {
  aBatch,
  aTask,
  aTaskWrite,
  aToken,
  aWanted,
  aWorkflow,
  aWrite,
  anEntry,
  entries,
  noon,
  running,
} from './builders.js';

const DAY_MS = 86_400_000;

/** Letting stream entries go. */
export function retentionConformance(name: string, makeDatabase: MakeDatabase): void {
  describe(`store on ${name}: retention`, () => {
    const bench = setUp(makeDatabase);
    let today = noon;

    /** Ends are passed in the order of time, so every test has its own day. */
    const aDay = (): number => (today += DAY_MS);

    const expireAll = (endedBy: number) => expire(bench, 'all', endedBy);
    const expireOutput = (endedBy: number) => expire(bench, 'output', endedBy);

    test('L13 of an execution that ended, its last entry stays, and its position', async () => {
      const at = aDay();
      const workflow = await anEnded(bench, ['state', 'token', 'state', 'data', 'end'], at);
      const { id, orgId } = workflow;
      expect(await expireAll(at - 1)).toBe(0);
      expect(await kept(bench, id)).toEqual([1, 2, 3, 4, 5]);
      expect(await expireAll(at)).toBe(4);
      expect(await kept(bench, id)).toEqual([5]);
      expect(await bench.other.streams.head(orgId, id)).toMatchObject({ seq: 5, ended: 'COMPLETED' });
      expect((await bench.store.queries.workflow(orgId, id))?.asOf).toEqual({ epoch: 'e1', seq: 5 });
      expect((await loadOne(bench.other, id))?.seq).toBe(5);
      expect(await expireAll(at)).toBe(0);
    });

    test('L13 output can go before the news around it', async () => {
      const at = aDay();
      const { id } = await anEnded(bench, ['state', 'token', 'progress', 'state', 'data', 'error', 'end'], at);
      expect(await expireOutput(at)).toBe(4);
      expect(await kept(bench, id)).toEqual([1, 4, 7]);
      expect(await expireAll(at)).toBe(2);
      expect(await kept(bench, id)).toEqual([7]);
    });

    test('L13 of a standalone task that ended, the same', async () => {
      const at = aDay();
      const task = aTask();
      const id = task.id as string as ExecutionId;
      await bench.store.commit(
        aBatch({
          executions: [aWrite(task)],
          tasks: [aTaskWrite({ ...task, status: 'FAILED', error: 'x', completedAt: at })],
          entries: [...entries(id, 1, 3), anEntry(id, 4, { terminal: true, timestampMs: at })],
        }),
      );
      expect(await expireAll(at)).toBe(3);
      expect(await kept(bench, id)).toEqual([4]);
    });

    test('L13 one that was opened again has no end until it ends again', async () => {
      const at = aDay();
      const { id } = await anEnded(bench, ['state', 'token', 'end', 'state', 'token'], at);
      expect(await expireAll(at)).toBe(0);
      expect(await kept(bench, id)).toEqual([1, 2, 3, 4, 5]);
      const again = aDay();
      await bench.store.commit(aBatch({ entries: [anEntry(id, 6, { terminal: true, timestampMs: again })] }));
      expect(await expireAll(again - 1)).toBe(0);
      expect(await expireAll(again)).toBe(5);
      expect(await kept(bench, id)).toEqual([6]);
    });

    test('what is written after everything expired goes on behind it', async () => {
      const at = aDay();
      const { id } = await anEnded(bench, ['state', 'token', 'end'], at);
      await expireAll(at);
      await bench.store.commit(aBatch({ entries: entries(id, 4, 5) }));
      expect(await kept(bench, id)).toEqual([3, 4, 5]);
      expect(await bench.store.streams.read(id, 0, 2)).toHaveLength(2);
    });

    test('many are let go in steps of bounded size, by any process, each entry once', async () => {
      const at = aDay();
      const all: WorkflowState[] = [];
      for (let count = 0; count < 5; count += 1)
        all.push(await anEnded(bench, ['state', 'token', 'token', 'end'], at + count));
      const { retention } = bench.store;
      expect(await retention.expire('all', at + 2, 4)).toEqual({ removed: 4, more: true });
      expect(await retention.expire('all', at + 2, 4)).toEqual({ removed: 4, more: true });
      expect(await retention.expire('all', at + 2, 4)).toEqual({ removed: 1, more: false });
      const both = [bench.store, bench.other].map(
        async (store) => (await store.retention.expire('all', at + 9, 100)).removed,
      );
      expect((await Promise.all(both)).reduce((sum, one) => sum + one, 0) + (await expireAll(at + 9))).toBe(6);
      for (const { id } of all) expect(await kept(bench, id)).toEqual([4]);
    });

    test('up to where a running attempt was heard stays known', async () => {
      const at = aDay();
      const { workflow, task } = await aSpeaking(bench);
      const { id } = workflow;
      await bench.store.commit(
        aBatch({
          entries: [
            anEntry(id, 1),
            aToken(task, 2, 0),
            aToken(task, 3, 1),
            anEntry(id, 4, { terminal: true, timestampMs: at }),
          ],
        }),
      );
      expect(await expireAll(at)).toBe(2);
      expect(await kept(bench, id)).toEqual([3, 4]);
      expect((await loadOne(bench.other, id))?.tasks).toMatchObject([{ id: task.id, entries: 2 }]);
    });

    test('L13 of an open execution the oldest output goes, as much as is too much, and no news', async () => {
      const { workflow, task } = await aSpeaking(bench);
      const { id } = workflow;
      const { retention } = bench.store;
      const event = '{"type":"token","text":"ü"}' as Json;
      const said = [1, 2, 3, 4, 5, 6, 7].map((seq) =>
        seq === 2 ? anEntry(id, seq) : aToken(task, seq, seq, { event }),
      );
      await bench.store.commit(aBatch({ entries: said }));
      const bytes = 28;
      const weighed = await retention.weigh(id);
      const weight = { entries: 7, bytes: 6 * bytes + (said[1]?.event.length ?? 0) };
      expect(weighed).toMatchObject({ id, weight, last: 7, held: expect.arrayContaining([7]) });
      const trim = (entries: number, bytes: number, limit = 100) => retention.trim(weighed, { entries, bytes }, limit);
      expect(await trim(2, 0)).toEqual({ entries: 2, bytes: 2 * bytes });
      expect(await kept(bench, id)).toEqual([2, 4, 5, 6, 7]);
      expect(await trim(0, bytes + 1)).toEqual({ entries: 2, bytes: 2 * bytes });
      expect(await trim(9, 0, 0)).toEqual({ entries: 0, bytes: 0 });
      await bench.store.commit(aBatch({ entries: [aToken(task, 8, 8), aToken(task, 9, 9)] }));
      expect(await trim(9, 0)).toEqual({ entries: 1, bytes });
      expect(await kept(bench, id)).toEqual([2, 7, 8, 9]);
    });

    test('L13 nor does what is too much take the last word of an attempt that runs', async () => {
      const { workflow, task } = await aSpeaking(bench);
      const { id } = workflow;
      await bench.store.commit(
        aBatch({
          entries: [
            aToken(task, 1, 0),
            aToken(task, 2, 1),
            anEntry(id, 3),
            anEntry(id, 4, { kind: 'token' }),
            anEntry(id, 5),
          ],
        }),
      );
      const { retention } = bench.store;
      expect(await retention.trim(await retention.weigh(id), { entries: 9, bytes: 0 }, 100)).toMatchObject({
        entries: 2,
      });
      expect(await kept(bench, id)).toEqual([2, 3, 5]);
      expect((await loadOne(bench.other, id))?.tasks).toMatchObject([{ id: task.id, entries: 2 }]);
      expect(await retention.weigh(aWorkflow().id)).toMatchObject({ weight: { entries: 0, bytes: 0 }, last: 0 });
    });

    test('members of a family expire by their own end, and the others keep their numbers', async () => {
      const at = aDay();
      const root = aWorkflow();
      const child = aWorkflow({ orgId: root.orgId, rootId: root.id, parentId: root.id });
      const { id: rootId } = root;
      const { life } = await bench.store.load([aWanted(rootId)], { lock: false });
      const of = (seq: number, parts: Partial<StreamEntry> = {}) => anEntry(child.id, seq, { rootId, ...parts });
      const run = (executionId: ExecutionId, first: number, last: number) => ({
        rootId,
        executionId,
        first,
        last,
        epoch: 'e2',
      });
      await bench.store.commit(
        aBatch({
          executions: [aWrite(root), aWrite({ ...child, status: 'COMPLETED', output: '1' as Json, completedAt: at })],
          entries: [...entries(rootId, 1, 2), of(1), of(2), of(3, { terminal: true, timestampMs: at })],
          families: {
            begun: [{ rootId, epoch: 'e1', life }],
            runs: [run(rootId, 1, 1), run(child.id, 1, 2), run(rootId, 2, 2), run(child.id, 3, 3)],
          },
        }),
      );
      expect(await expireAll(at)).toBe(2);
      expect(await keptOfFamily(bench, rootId)).toEqual(['1 root', '4 root', '5 child']);
      expect(await keptOfFamily(bench, rootId, 1)).toEqual(['1 root', '4 root', '5 child']);
      expect(await bench.other.families.head(root.orgId, child.id)).toMatchObject({
        seq: 5,
        last: 5,
        ended: 'COMPLETED',
      });

      const later = aDay();
      await bench.store.commit(
        aBatch({
          entries: [anEntry(rootId, 3, { terminal: true, timestampMs: later }), of(4)],
          families: { begun: [], runs: [run(rootId, 3, 3), { ...run(child.id, 4, 4), first: undefined }] },
        }),
      );
      expect(await expireAll(later)).toBe(2);
      expect(await keptOfFamily(bench, rootId)).toEqual(['5 child', '6 root', '7 child']);
      expect(await keptOfFamily(bench, rootId, 2)).toEqual(['5 child', '6 root', '7 child']);
    });

    test('R21 whatever expires, and however it is read: what is kept comes whole, and news has its time', async () => {
      const line = fc.constantFrom<Line[]>('state', 'state', 'token', 'token', 'progress', 'end');
      const step = fc.oneof(
        fc.record({ say: fc.array(line, { minLength: 1, maxLength: 6 }) }),
        fc.record({
          expire: fc.constantFrom<('all' | 'output')[]>('all', 'output'),
          limit: fc.integer({ min: 1, max: 8 }),
        }),
        fc.record({ trim: fc.nat(6) }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 12 }),
          fc.nat(40),
          fc.integer({ min: 1, max: 5 }),
          async (steps, after, limit) => {
            const workflow = aWorkflow();
            const { id } = workflow;
            await bench.store.commit(aBatch({ executions: [aWrite(workflow)] }));
            const log: StreamEntry[] = [];
            /** News before this number may be gone: the execution had ended there, and its time was over. */
            let newsFrom = 1;
            for (const step of steps) {
              if ('say' in step) {
                const at = aDay();
                const said = step.say.map((word, index) => lineOf(id, word, log.length + index + 1, at));
                log.push(...said);
                await bench.store.commit(aBatch({ entries: said }));
              } else if ('trim' in step) {
                await bench.store.retention.trim(
                  await bench.store.retention.weigh(id),
                  { entries: step.trim, bytes: 0 },
                  100,
                );
              } else {
                await bench.other.retention.expire(step.expire, today, step.limit);
                const last = log.at(-1);
                if (step.expire === 'all' && last?.terminal === true) newsFrom = last.seq;
              }
            }
            const left = await bench.store.streams.read(id, 0, 1_000);
            const numbers = new Set(left.map(({ seq }) => seq));
            expect(left).toEqual(log.filter(({ seq }) => numbers.has(seq)));
            expect(left.at(-1)).toEqual(log.at(-1));
            for (const { seq, kind } of log) if (kind === 'state' && seq >= newsFrom) expect(numbers).toContain(seq);
            for (const read of [
              (from: number) => bench.other.streams.read(id, from, limit),
              (from: number) => bench.other.families.read(id, from, limit),
            ]) {
              const pages = await pagesOf(read, after);
              expect(pages.flat().map(({ seq }) => seq)).toEqual([...numbers].filter((seq) => seq > after));
              for (const page of pages.slice(0, -2)) expect(page).toHaveLength(limit);
            }
          },
        ),
        { numRuns: 60, ...seed() },
      );
    });
  });
}

type Line = 'state' | 'token' | 'progress' | 'data' | 'error' | 'end';

function lineOf(id: ExecutionId, word: Line, seq: number, timestampMs: number): StreamEntry {
  if (word === 'end') return anEntry(id, seq, { terminal: true, timestampMs });
  return anEntry(id, seq, { kind: word, timestampMs });
}

/** A completed execution that has said these, at its end. */
async function anEnded({ store }: Bench, lines: readonly Line[], at: number): Promise<WorkflowState> {
  const workflow: WorkflowState = { ...aWorkflow(), status: 'COMPLETED', output: '1' as Json, completedAt: at };
  await store.commit(
    aBatch({
      executions: [aWrite(workflow)],
      entries: lines.map((word, index) => lineOf(workflow.id, word, index + 1, at)),
    }),
  );
  return workflow;
}

/** An execution with a task that runs. */
async function aSpeaking({ store }: Bench): Promise<{ readonly workflow: WorkflowState; readonly task: TaskState }> {
  const workflow = aWorkflow();
  const task = running(aTask({ orgId: workflow.orgId, workflowExecutionId: workflow.id }));
  await store.commit(aBatch({ executions: [aWrite(workflow)], tasks: [aTaskWrite(task)] }));
  return { workflow, task };
}

/** Everything that has expired, in as many steps as it takes. */
async function expire({ store }: Bench, what: 'all' | 'output', endedBy: number): Promise<number> {
  let all = 0;
  for (;;) {
    const { removed, more } = await store.retention.expire(what, endedBy, 100);
    all += removed;
    if (!more) return all;
  }
}

async function kept({ other }: Bench, id: ExecutionId): Promise<number[]> {
  return (await other.streams.read(id, 0, 1_000)).map(({ seq }) => seq);
}

async function keptOfFamily({ other }: Bench, rootId: ExecutionId, limit = 1_000): Promise<string[]> {
  const pages = await pagesOf(
    (after) => other.families.read(rootId, after, limit),
    0,
    ({ inFamily }) => inFamily?.seq ?? 0,
  );
  return pages
    .flat()
    .map(({ inFamily, executionId }) => `${inFamily?.seq} ${executionId === rootId ? 'root' : 'child'}`);
}

/** Page by page to the end; the last one is empty. */
async function pagesOf(
  read: (after: number) => Promise<readonly StreamEntry[]>,
  after: number,
  numberOf: (entry: StreamEntry) => number = ({ seq }) => seq,
): Promise<(readonly StreamEntry[])[]> {
  const pages: (readonly StreamEntry[])[] = [];
  for (let from = after; ;) {
    const page = await read(from);
    pages.push(page);
    const last = page.at(-1);
    if (last === undefined) return pages;
    from = numberOf(last);
  }
}
