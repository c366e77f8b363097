import { ServiceError } from '@flovyn/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { aCaller } from '../../../test/a-caller.js';
import { EngineDoors } from '../../../test/engine-doors.js';
import { until } from '../../../test/until.js';
import { task } from '../../task.js';
import { workflow } from '../../workflow.js';
import type { Worker } from '../worker.js';
import type { DoorName } from './doors.js';

const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let house = new EngineDoors();
let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop(false);
  await house.close();
  house = new EngineDoors();
});

function storm(): never {
  throw new ServiceError('UNAVAILABLE', 'a storm');
}

/** Throws once, at the `at`-th call of a name. */
function once(name: DoorName, at = 1, fail: () => never = storm) {
  let calls = 0;
  return (called: DoorName): void => {
    if (called === name && ++calls === at) fail();
  };
}

const acts: number[] = [];
const flow = workflow<unknown, unknown>({
  name: 'flow',
  run: async (ctx) => {
    const sums: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      sums.push(...(await Promise.all([ctx.schedule(echo, i), ctx.schedule(echo, -i)])));
      sums.push(await ctx.run('act', () => acts.push(i)));
      ctx.set('step', i);
    }
    return sums.length;
  },
});

async function expectWhole(id: Parameters<EngineDoors['types']>[0]): Promise<void> {
  let types: string[] = [];
  await until(() => {
    void house.types(id).then((now) => (types = now));
    return types.at(-1) === 'WORKFLOW_COMPLETED';
  }, 'the end');
  const count = (type: string): number => types.filter((each) => each === type).length;
  expect([count('TASK_SCHEDULED'), count('TASK_COMPLETED'), count('OPERATION_COMPLETED'), count('STATE_SET')]).toEqual([
    6, 6, 3, 3,
  ]);
}

describe('in bad weather a worker that makes single calls', () => {
  it.each([
    ['before', 'registerWorker'],
    ['before', 'pollWorkflow'],
    ['before', 'getEvents'],
    ['before', 'submitWorkflowCommands'],
    ['after', 'submitWorkflowCommands'],
    ['before', 'completeTask'],
    ['after', 'completeTask'],
    ['before', 'sendHeartbeat'],
  ] as const)('goes on as if nothing had been, when it strikes %s %s', async (when, name) => {
    house[when] = once(name);
    worker = await aCaller(house, { workflows: [flow], tasks: [echo] });
    await expectWhole(await house.start('flow'));
    expect(house.count('registerWorker')).toBeGreaterThan(name === 'getEvents' ? 0 : 1);
  });

  it('sends no turn twice: one whose answer was lost is looked for first', async () => {
    house.after = once('submitWorkflowCommands', 2);
    const twice = workflow<unknown, unknown>({
      name: 'twice',
      run: async (ctx) => [await ctx.schedule(echo, 1), await ctx.schedule(echo, 2)],
    });
    worker = await aCaller(house, { workflows: [twice], tasks: [echo] });
    const id = await house.start('twice');
    await until(() => house.count('submitWorkflowCommands') === 3, 'the last turn');
    await until(() => worker?.handle.metrics().workflowsExecuted === 1, 'the end');
    expect((await house.types(id)).filter((type) => type === 'WORKFLOW_SUSPENDED')).toHaveLength(2);
    expect(house.count('submitWorkflowCommands')).toBe(3);
  });

  it('shows every entry of a task, in order, from where the answers ended', async () => {
    const words = Array.from({ length: 30 }, (_, index) => `word ${index}`);
    const teller = task<unknown, unknown>({
      name: 'teller',
      run: async (ctx) => {
        for (const word of words) ctx.streamToken(word);
      },
    });
    house.before = once('streamTaskData', 17);
    worker = await aCaller(house, { tasks: [teller] });
    const id = await house.startTask('teller');
    await until(() => house.count('completeTask') === 1, 'the end of the task');
    expect((await house.output(id)).map((event) => event.type === 'token' && event.text)).toEqual(words);
  });

  it('comes back when the server does not know it any more', async () => {
    house.before = once('sendHeartbeat', 1, () => {
      throw new ServiceError('NOT_FOUND', 'There is no such worker.');
    });
    worker = await aCaller(house, { tasks: [echo] });
    await until(() => house.count('registerWorker') === 2, 'the second registration');
    await house.startTask('echo');
    await until(() => house.count('completeTask') === 1, 'a task');
  });

  it('tells of the cut and of the return, and of a poll that is refused only its log', async () => {
    worker = await aCaller(house, { tasks: [echo] });
    const heard: string[] = [];
    for (const name of ['disconnected', 'reconnecting', 'reconnected'] as const) {
      worker.handle.on(name, () => heard.push(name));
    }
    house.before = once('pollTask', 1, () => {
      throw new ServiceError('RESOURCE_EXHAUSTED', 'too many polls');
    });
    await house.startTask('echo');
    await until(() => house.count('completeTask') === 1, 'a task');
    expect(heard).toEqual([]);
    house.before = once('pollTask');
    await house.startTask('echo');
    await until(() => house.count('completeTask') === 2, 'another task');
    await until(() => heard.length > 2, 'the return');
    expect(heard).toEqual(['disconnected', 'reconnecting', 'reconnected']);
  });

  it('that wants nobody in without a key does not start', async () => {
    house.before = once('registerWorker', 1, () => {
      throw new ServiceError('UNAUTHENTICATED', 'The key is unknown.');
    });
    await expect(aCaller(house, { tasks: [echo] })).rejects.toMatchObject({ name: 'AuthenticationError' });
  });

  it('brings everything to its end, whenever it strikes', async () => {
    const calls = ['getEvents', 'submitWorkflowCommands', 'completeTask', 'registerWorker'] as const;
    const strike = fc.record({
      name: fc.constantFrom(...calls, 'pollTask' as const, 'pollWorkflow' as const),
      at: fc.integer({ min: 1, max: 8 }),
      isAfter: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(strike, { minLength: 1, maxLength: 5 }), async (strikes) => {
        house = new EngineDoors();
        const before = strikes.filter(({ isAfter }) => !isAfter).map(({ name, at }) => once(name, at));
        // An answer to a poll that is lost goes back to the queue; that is the server's affair.
        const after = strikes.filter(({ isAfter, name }) => isAfter && !name.startsWith('poll'));
        const afterwards = after.map(({ name, at }) => once(name, at));
        house.before = (name) => before.forEach((strikeNow) => strikeNow(name));
        house.after = (name) => afterwards.forEach((strikeNow) => strikeNow(name));
        const caller = await aCaller(house, { workflows: [flow], tasks: [echo] });
        await expectWhole(await house.start('flow'));
        await caller.stop(false);
        await house.close();
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
