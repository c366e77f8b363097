import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executionsOf } from './support/executions.js';
import { type House, lines, openHouse } from './support/house.js';

describe.each(lines)('over %s', (line) => {
  let house: House;
  let executions: ReturnType<typeof executionsOf>;
  beforeAll(async () => {
    house = await openHouse({ line });
    executions = executionsOf(house);
    await house.startWorker();
  });
  afterAll(() => house.close());

  describe('time', () => {
    it('R13 a sleep is as long as it was asked to be, and little longer', async () => {
      for (const ms of [0, 100, 2_000]) {
        const begun = performance.now();
        const { output } = await executions.ended(await executions.start('sleeper', { ms }));
        expect(output).toBeGreaterThanOrEqual(ms);
        expect(performance.now() - begun).toBeGreaterThanOrEqual(ms);
        expect(performance.now() - begun).toBeLessThan(ms + 5_000);
      }
    });

    it('a task that takes too long is told so, and its workflow as well', async () => {
      const { output } = await executions.ended(await executions.start('hurried', {}));
      expect(output).toContain('timed out');
    });

    it('a sleep goes on over the death of worker and server', async () => {
      const id = await executions.start('sleeper', { ms: 1_500 });
      await executions.waitingFor(id, 'SUSPEND_TYPE_TIMER');
      await house.endWorkers();
      await house.server.end('SIGKILL');
      await house.startServer();
      await house.startWorker();
      expect((await executions.ended(id)).output).toBeGreaterThanOrEqual(1_500);
    });
  });

  describe('people', () => {
    it('keep, break and forget promises', async () => {
      const [kept, broken, forgotten, keyed] = await Promise.all([
        executions.start('approval', {}),
        executions.start('approval', {}),
        executions.start('approval', { timeoutMs: 300 }),
        executions.start('approval', { key: 'order:1/a' }),
      ]);
      await Promise.all([kept, broken, keyed].map((id) => executions.waitingFor(id, 'SUSPEND_TYPE_PROMISE')));
      const promise = { id: await executions.promiseIdOf(kept) };
      expect(await house.client.promises.resolve(promise, { value: 'yes' })).toMatchObject({ alreadyResolved: false });
      expect(await house.client.promises.resolve(promise, { value: 'no' })).toMatchObject({ alreadyResolved: true });
      await house.client.promises.reject({ id: await executions.promiseIdOf(broken) }, { error: 'not today' });
      await house.client.promises.resolve({ key: 'order:1/a' }, { value: 'by its key' });
      expect((await executions.ended(kept)).output).toBe('yes');
      expect((await executions.ended(broken)).output).toMatch(/^no: .*not today/);
      expect((await executions.ended(forgotten)).output).toBe('nobody answered');
      expect((await executions.ended(keyed)).output).toBe('by its key');
    });

    it('R27 talk over many turns, also to a worker that has to replay them all', async () => {
      const { workflowExecutionId: id } = await house.client.workflows.signalWithStart({
        workflowId: 'talk-1',
        workflowKind: 'conversation',
        signalName: 'message',
        signalValue: 'hello',
      });
      const said = ['hello'];
      for (let turn = 1; turn <= 20; turn += 1) {
        if (turn === 10) {
          await house.endWorkers();
          await house.startWorker();
        }
        said.push(`turn ${turn}`);
        const again = await house.client.workflows.signalWithStart({
          workflowId: 'talk-1',
          workflowKind: 'conversation',
          signalName: 'message',
          signalValue: `turn ${turn}`,
        });
        expect(again).toMatchObject({ workflowExecutionId: id, workflowCreated: false });
      }
      await house.client.workflows.signal(id, { signalName: 'message', signalValue: 'goodbye' });
      expect((await executions.ended(id)).output).toEqual([...said, 'goodbye']);
      await expect(house.client.workflows.signal(id, { signalName: 'message' })).rejects.toMatchObject({
        code: 'FAILED_PRECONDITION',
      });
    });
  });

  describe('families', () => {
    it('are three levels deep, and the result comes all the way up', async () => {
      const id = await executions.start('nested', { depth: 3 });
      expect((await executions.ended(id)).output).toBe('3 2 1 bottom');
      const { children } = await house.client.workflows.children(id);
      expect(children).toMatchObject([{ kind: 'nested', status: 'COMPLETED' }]);
    });

    it('fail as a whole when the deepest does', async () => {
      const { status, error } = await executions.ended(await executions.start('nested', { depth: 2, fails: true }));
      expect(status).toBe('FAILED');
      expect(error).toContain('the deepest fell');
    });
  });

  describe('a failed workflow', () => {
    it('goes on from its history when it is retried: what was done is not done again', async () => {
      const gate = house.gate();
      const id = await executions.start('stubborn', { gate: gate.path });
      expect((await executions.ended(id)).status).toBe('FAILED');
      gate.open();
      expect(await house.client.workflows.retry(id)).toMatchObject({ status: 'PENDING', success: true });
      expect((await executions.ended(id)).output).toBe('once and before the failure');
      expect(house.effects().filter((effect) => effect === 'stubborn once')).toHaveLength(1);
      await expect(house.client.workflows.retry(id)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });
  });
});
