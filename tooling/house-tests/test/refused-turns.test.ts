import { Duration, FlovynClient, type WorkflowContext, task, workflow } from '@flovyn/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/conditions.js';
import { type House, devOrg, devWorker, openHouse } from './support/house.js';
import { openDatabase } from './support/postgres.js';

const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });
const never = Duration.days(1);

/** What workflow code can decide that nobody can carry out, with the words it fails with. */
const refused: Readonly<Record<string, readonly [RegExp, (ctx: WorkflowContext) => Promise<unknown>]>> = {
  'too much in one turn': [
    /more than the 16777216 one message may have.*Await a task or a timer/,
    async (ctx) => {
      for (let i = 0; i < 12; i += 1) ctx.set(`k${i}`, 'x'.repeat(2_000_000));
    },
  ],
  'a priority out of range': [
    /prioritySeconds must be a whole number/,
    async (ctx) => ctx.scheduleWorkflow(healthy, null, { prioritySeconds: 1e12 }),
  ],
  'retries out of range': [
    /retry\.maxRetries must be a whole number from 0 to 1000/,
    async (ctx) => ctx.schedule(echo, 1, { retry: { maxRetries: 1e12 } }),
  ],
  'a task that may take no time': [
    /A task timeout must be 1ms at least/,
    async (ctx) => ctx.schedule(echo, 1, { timeout: Duration.seconds(-1) }),
  ],
  'a key that is taken': [
    /FAILED_PRECONDITION.*Idempotency key "taken" stands for/,
    async (ctx) => ctx.promise('p', { idempotencyKey: 'taken' }),
  ],
  'a key that is taken, on a guess': [
    /FAILED_PRECONDITION.*Idempotency key "taken" stands for/,
    async (ctx) => {
      await ctx.schedule(echo, 1);
      await ctx.promise('p', { idempotencyKey: 'taken' });
    },
  ],
  'two timers of one id, one after the other': [
    /A timer with the id "x" exists in this execution already/,
    async (ctx) => {
      await ctx.timer(Duration.milliseconds(10), { id: 'x' });
      await ctx.timer(Duration.milliseconds(10), { id: 'x' });
    },
  ],
  'a promise that may take no time': [
    /timed out/,
    async (ctx) => ctx.promise('p', { timeout: Duration.milliseconds(0) }),
  ],
};

const healthy = workflow<unknown, unknown>({
  name: 'healthy',
  run: async (ctx) => {
    await ctx.sleep(Duration.milliseconds(20));
    return ctx.schedule(echo, 'fine');
  },
});
const sick = workflow<string, unknown>({ name: 'sick', run: async (ctx, what) => refused[what]?.[1](ctx) });
const holder = workflow<unknown, unknown>({
  name: 'holder',
  run: async (ctx) => ctx.promise('p', { idempotencyKey: 'taken' }),
});
let unluckyRuns = 0;
const unlucky = task<string, string>({
  name: 'unlucky',
  run: async (_ctx, input) => {
    unluckyRuns += 1;
    return input;
  },
});
const fragile = workflow<unknown, unknown>({
  name: 'fragile',
  run: async (ctx) => ctx.schedule(unlucky, 'a black cat'),
});
const tired = workflow<unknown, unknown>({
  name: 'tired',
  run: async (ctx) => {
    ctx.requestCancellation('me');
    await ctx.sleep(never);
  },
});

let house: House;
let worker: FlovynClient;
let lost = 0;
beforeAll(async () => {
  house = await openHouse();
  worker = new FlovynClient({ serverUrl: house.grpc, orgId: devOrg, workerToken: devWorker });
  for (const one of [healthy, holder, tired, fragile]) worker.registerWorkflow(one);
  worker.registerWorkflow(sick);
  worker.registerTask(echo);
  worker.registerTask(unlucky);
  await worker.start();
  worker.worker?.on('disconnected', () => (lost += 1));
  const { id } = await house.client.workflows.start({ kind: 'holder' });
  await eventually('the key to be taken', async () => (await house.client.workflows.get(id)).status === 'WAITING');
});
afterAll(async () => {
  await worker.stop();
  await house.close();
});

async function ended(kind: string, input?: string) {
  const { id } = await house.client.workflows.start({ kind, ...(input === undefined ? {} : { input }) });
  return eventually(`the end of ${input ?? kind}`, async () => {
    const execution = await house.client.workflows.get(id);
    return execution.completedAt != null && execution;
  });
}

it.each(Object.keys(refused))('%s fails the execution with the reason, and nobody else', async (what) => {
  const [words] = refused[what] ?? [];
  const [failed, other] = await Promise.all([ended('sick', what), ended('healthy')]);
  expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(words ?? '') });
  expect(other).toMatchObject({ status: 'COMPLETED', output: 'fine' });
  expect(lost).toBe(0);
});

it('a workflow that asks for its own end hears of it in its next wait', async () => {
  expect(await ended('tired')).toMatchObject({ status: 'CANCELLED' });
});

describe('a database that refuses what it should take', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  beforeAll(async () => {
    database = await openDatabase(house.dataDir);
    await database.query(`
      create function superstition() returns trigger language plpgsql as $$
      begin
        if new.type = tg_argv[0] and encode(new.data, 'escape') like '%black cat%' then
          raise exception 'No' using errcode = 'XX000';
        end if;
        return new;
      end $$`);
  });
  afterAll(() => database.end());

  it.each([
    ['a turn', 'TASK_SCHEDULED', 'workflow', 'A turn of workflow "fragile"'],
    ['the end of an attempt', 'TASK_COMPLETED', 'task', 'The end of task "unlucky"'],
    [
      'a turn that was made ahead of its confirmation',
      'WORKFLOW_COMPLETED',
      'workflow',
      'A turn of workflow "fragile"',
    ],
  ])('is given %s again, and is seen to fail, until it takes it', async (_what, type, workType, words) => {
    const failed: string[] = [];
    const stopListening = worker.worker?.on('work_failed', (event) => {
      if (event.workType === workType) failed.push(event.error);
    });
    const runs = unluckyRuns;
    await database.query(`
      create trigger superstition before insert on flovyn.history_event
      for each row execute function superstition('${type}')`);
    const { id } = await house.client.workflows.start({ kind: 'fragile' });
    await eventually('it to be refused again', () => failed.length > 1);
    expect(failed[0]).toMatch(words);
    expect(failed[0]).toMatch('the server could not take it (INTERNAL)');
    // Nobody else suffers, and nothing is given up.
    expect(await ended('healthy')).toMatchObject({ status: 'COMPLETED' });
    expect((await house.client.workflows.get(id)).completedAt).toBeFalsy();

    await database.query('drop trigger superstition on flovyn.history_event');
    const execution = await eventually('the end', async () => {
      const found = await house.client.workflows.get(id);
      return found.completedAt != null && found;
    });
    expect(execution).toMatchObject({ status: 'COMPLETED', output: 'a black cat' });
    expect(unluckyRuns - runs).toBe(1);
    const { events } = await house.client.workflows.events(id);
    const types = events.map((event) => event.eventType).filter((name) => /^TASK|COMPLETED$/.test(name));
    expect(types).toEqual(['TASK_SCHEDULED', 'TASK_COMPLETED', 'WORKFLOW_COMPLETED']);
    expect(lost).toBe(0);
    stopListening?.();
  });
});
