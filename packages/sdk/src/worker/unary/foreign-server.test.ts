import { ServiceError } from '@flovyn/protocol';
import type { RequestOf } from './doors.js';
import { afterEach, describe, expect, it } from 'vitest';
import { aCaller } from '../../../test/a-caller.js';
import { EngineDoors } from '../../../test/engine-doors.js';
import { until } from '../../../test/until.js';
import { task } from '../../task.js';
import { loggerTo } from '../../log.js';
import { workflow } from '../../workflow.js';
import type { Worker } from '../worker.js';

// What a published server does that is not this one: no additions to its calls, and refusals of one word.

const echo = task<unknown, unknown>({ name: 'echo', run: async (_ctx, input) => input });

let house = new EngineDoors();
let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop(false);
  await house.close();
});

function aForeignHouse(): EngineDoors {
  house = new EngineDoors();
  house.isForeign = true;
  return house;
}

const outputs: unknown[] = [];
afterEach(() => void outputs.splice(0));

describe('with a server of another make a worker', () => {
  it('plays its workflows, with the time of the execution throughout', async () => {
    aForeignHouse();
    const times = workflow<unknown, unknown>({
      name: 'times',
      run: async (ctx) => {
        const begun = ctx.currentTimeMillis();
        await ctx.schedule(echo, 1);
        outputs.push(ctx.currentTimeMillis() - begun);
      },
    });
    worker = await aCaller(house, { workflows: [times], tasks: [echo] });
    await house.start('times');
    await until(() => outputs.length === 1, 'the end');
    expect(outputs).toEqual([0]);
  });

  it('has the signals that came with the start from the first line on', async () => {
    aForeignHouse();
    const listening = workflow<unknown, unknown>({
      name: 'listening',
      run: async (ctx) => void outputs.push(ctx.drainSignals('word')),
    });
    const id = await house.start('listening');
    await house.signal(id, 'word', 'hello');
    await house.signal(id, 'word', 'again');
    worker = await aCaller(house, { workflows: [listening] });
    await until(() => outputs.length === 1, 'the end');
    expect(outputs).toEqual([['hello', 'again']]);
  });

  it('cancels tasks and signals children by calls of their own, and says what cannot be done', async () => {
    aForeignHouse();
    const warnings: string[] = [];
    const endless = task<unknown, unknown>({
      name: 'endless',
      run: async (ctx) => {
        while (!ctx.isCancelled) {
          ctx.heartbeat();
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    const child = workflow<unknown, unknown>({ name: 'child', run: async (ctx) => ctx.waitForSignal('word') });
    const parent = workflow<unknown, unknown>({
      name: 'parent',
      run: async (ctx) => {
        const work = ctx.schedule(endless, 1);
        const started = ctx.scheduleWorkflow(child, null);
        await ctx.schedule(echo, 'begun');
        work.cancel('enough');
        await started.signal('word', 'hello');
        outputs.push(await started);
        outputs.push(await work.result().catch((error: unknown) => (error as Error).name));
        ctx.requestCancellation('and all of it');
      },
    });
    worker = await aCaller(house, {
      workflows: [parent, child],
      tasks: [endless, echo],
      logger: loggerTo((level, message) => level === 'warn' && warnings.push(message)),
    });
    await house.start('parent');
    await until(() => worker?.handle.metrics().workflowsExecuted === 2, 'both ends');
    expect(outputs).toEqual(['hello', 'TaskCancelled']);
    expect([house.count('cancelTask'), house.count('signalWorkflow')]).toEqual([1, 1]);
    expect(warnings.filter((line) => line.includes('cancels itself'))).toHaveLength(1);
  });

  it('takes a bare refusal of a turn for what it means there: the turn is nobody’s, or may be made again', async () => {
    for (const code of ['FAILED_PRECONDITION', 'INTERNAL'] as const) {
      aForeignHouse();
      let refused = 0;
      house.before = (name) => {
        if (name === 'submitWorkflowCommands' && ++refused === 1) throw new ServiceError(code, 'no');
      };
      const once = workflow<unknown, unknown>({ name: 'once', run: async (ctx) => ctx.schedule(echo, 1) });
      worker = await aCaller(house, { workflows: [once], tasks: [echo] });
      const id = await house.start('once');
      await until(() => refused === 1, 'the refusal');
      if (code === 'INTERNAL') {
        await until(() => worker?.handle.metrics().workflowsExecuted === 1, 'the end');
        expect((await house.types(id)).at(-1)).toBe('WORKFLOW_COMPLETED');
      } else {
        await until(() => house.underWay.get('submitWorkflowCommands') === 0, 'the answer');
        expect(await house.types(id)).toEqual(['WORKFLOW_STARTED']);
        expect(worker.activeWorkflows).toBe(0);
      }
      await worker.stop(false);
    }
  });

  it('gives a task it does not know back, and leaves an execution it does not know alone', async () => {
    aForeignHouse();
    const warnings: string[] = [];
    const asked: RequestOf<'pollWorkflow'>[] = [];
    const flow = workflow<unknown, unknown>({ name: 'flow', run: async () => undefined });
    worker = await aCaller(house, {
      workflows: [flow],
      tasks: [echo],
      logger: loggerTo((level, message) => level === 'warn' && warnings.push(message)),
    });
    house.before = (name, request) => {
      // It reads no kinds.
      if (name === 'pollWorkflow') asked.push(request as never);
    };
    house.takesAnyKind = true;
    const id = await house.start('unknown');
    const taskId = await house.startTask('unknown', undefined, 0);
    await until(() => house.count('failTask') === 1, 'the task to be given back');
    await until(() => house.underWay.get('failTask') === 0, 'the answer');
    expect(await house.task(taskId)).toMatchObject({ error: 'Task kind not found: unknown' });
    await until(() => warnings.some((line) => line.includes(`Execution ${id} of the unknown kind`)), 'the warning');
    expect(await house.types(id)).toEqual(['WORKFLOW_STARTED']);
    expect(asked.every(({ workflowCapabilities }) => workflowCapabilities.join() === 'flow')).toBe(true);
  });
});
