import { CommitConflict, type ExecutionId, type StreamEntry } from '@flovyn/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FamilyStory } from '../model/story/family-story.js';
import { child, completed, schedule, waitingFor } from '../support/commands.js';
import { type House, orgId } from '../support/house.js';
import type { Houses } from '../support/houses.js';
import { refOf, seed, start, tokenOf } from '../support/requests.js';
import { type ScriptedWorker, connectWorker } from '../support/worker.js';

const waiting = waitingFor('CHILD_WORKFLOW');

/** Two children, each with a task in a worker's hands: the first at the parent's process, the second at another one. */
async function twoSpeakers(here: House, there: House) {
  const parents = await connectWorker(here.engine, orgId);
  const { id } = await start(here.engine);
  await parents.turn(await parents.activation(), [child(), child({ queue: 'elsewhere' })], waiting);
  const others = await connectWorker(there.engine, orgId, { queue: 'elsewhere' });
  await there.engine.loops.dispatch.tick();
  const speakers = await Promise.all([parents, others].map(speaker));
  return { id, parents, speakers };
}

async function speaker(worker: ScriptedWorker) {
  const given = await worker.activation();
  await worker.turn(given, [schedule()], waitingFor('TASK'));
  const task = await worker.task();
  let said = 0;
  return {
    id: given.executionId,
    async say(words: number): Promise<void> {
      const output = Array.from({ length: words }, (_, word) => tokenOf(`${said + word}`));
      const first = said;
      said += words;
      await worker.session.appendEntries({ ...refOf(task), first, output });
    },
    async end(): Promise<void> {
      const { executionId, taskId, token } = task;
      const end = { executionId, taskId, token, entries: said, lostEntries: 0, output: task.input };
      await worker.session.completeAttempt(end);
      await worker.turn(await worker.activation(), [], completed());
    },
  };
}

/** The stream of the family is those of its members, in an order that could have been. */
async function expectSound({ store }: House, rootId: ExecutionId): Promise<readonly StreamEntry[]> {
  const entries = await store.families.read(rootId, 0, 10_000);
  const story = new FamilyStory(rootId);
  for (const entry of entries) story.hear(entry);
  const head = await store.families.head(orgId, rootId);
  for (const id of head?.members ?? []) {
    expect(story.seqOf(id)).toBe((await store.streams.head(orgId, id))?.seq);
  }
  return entries;
}

export function familyStreamSuite({ name, withHouse, withTwoHouses }: Houses): void {
  describe(`engine on ${name}: the stream of a family`, () => {
    test('R17 is told to its readers as it is stored, with its numbers', () =>
      withHouse(async (house) => {
        const { id, speakers } = await twoSpeakers(house, house);
        const told: StreamEntry[] = [];
        house.engine.streams.subscribeFamily(id, (entries) => told.push(...entries));
        await Promise.all(speakers.map(({ say }) => say(3)));
        for (const { say, end } of speakers) {
          await say(1);
          await end();
        }
        const stored = await expectSound(house, id);
        expect(told.map(placed)).toEqual(stored.slice(-told.length).map(placed));
        expect(told.length).toBeGreaterThan(12);
        // Another family, or one that is alone, is not told there.
        const { length } = told;
        await start(house.engine);
        expect(told).toHaveLength(length);
      }));

    test('is not counted for an execution that has no children; it is told with its own numbers', () =>
      withHouse(async (house) => {
        const worker = await connectWorker(house.engine, orgId);
        const { id } = await start(house.engine);
        const told: StreamEntry[] = [];
        house.engine.streams.subscribeFamily(id, (entries) => told.push(...entries));
        await worker.turn(await worker.activation(), [], completed());
        const { executions } = await house.store.load([{ id, taskIds: [], waits: [], keys: [] }], { lock: false });
        expect(executions[0]?.hasFamily).toBe(false);
        expect(told.map(({ inFamily }) => inFamily)).toEqual(told.map(() => undefined));
        expect(await house.store.families.head(orgId, id)).toMatchObject({ ended: 'COMPLETED', open: new Set() });
        await expectSound(house, id);
      }));

    test('R17 two processes that write for one family at once are not in each other’s way', () =>
      withTwoHouses(async (a, b) => {
        let refused = 0;
        for (const { store } of [a, b]) {
          const { commit } = store;
          store.commit = (batch) =>
            commit(batch).catch((error: unknown) => {
              if (error instanceof CommitConflict) refused += 1;
              throw error;
            });
        }
        const { id, speakers } = await twoSpeakers(a, b);
        refused = 0;
        await Promise.all(
          speakers.map(async ({ say }) => {
            for (let round = 0; round < 25; round += 1) await say(2);
          }),
        );
        expect(refused).toBe(0);
        for (const { end } of speakers) await end();
        const stored = await expectSound(b, id);
        expect(stored.filter(({ kind }) => kind === 'token')).toHaveLength(100);
      }));

    test('a commit whose answer was lost is in it all the same, once', async () => {
      const fault = fc.constantFrom(...(['none', 'lost-after', 'lost-before', 'conflict'] as const));
      await fc.assert(
        fc.asyncProperty(fc.array(fault, { minLength: 5, maxLength: 8 }), (plan) =>
          withHouse(
            async (house) => {
              const { id, speakers } = await twoSpeakers(house, house);
              for (const { say } of speakers) await say(2);
              for (const { end } of speakers) await end();
              await expectSound(house, id);
            },
            // Never twice in a row: after some tries callers are told to try again, which these do not.
            plan.flatMap((fault) => [fault, 'none'] as const),
          ),
        ),
        { numRuns: 5, ...seed() },
      );
    });
  });
}

/** Which line it is, and where it stands. */
function placed({ executionId, seq, inFamily }: StreamEntry): string {
  return `${inFamily?.epoch}.${inFamily?.seq} ${executionId} ${seq}`;
}
