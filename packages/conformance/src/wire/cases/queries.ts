import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';
import { clearState, setState } from '../commands.js';
import { fromBytes, toBytes } from '../json-bytes.js';

/** An execution that waits, with a state. */
async function withState(bench: Bench) {
  const worker = await bench.worker();
  const id = await bench.start();
  await worker.suspend(await worker.activation(), [
    setState('step', 'one'),
    setState('step', 'two'),
    setState('gone', 1),
    setState('rows', [1, 2]),
    clearState('gone'),
  ]);
  return id;
}

async function ask({ caller }: Bench, workflowExecutionId: string, queryName: string, params?: unknown) {
  const bytes = params === undefined ? new Uint8Array() : toBytes(params);
  const { result, error } = await caller.queryWorkflow({ workflowExecutionId, queryName, params: bytes });
  return error === undefined ? { result: fromBytes(result) } : { error };
}

export function queriesSuite({ withBench }: Wire): void {
  describe('a query', () => {
    test('for the state gives all of it', () =>
      withBench(async (bench) => {
        const id = await withState(bench);
        expect(await ask(bench, id, 'state')).toEqual({ result: { step: 'two', rows: [1, 2] } });
      }));

    test.each(['getState', 'get_state'])('named %s gives one value of the state, or null', (name) =>
      withBench(async (bench) => {
        const id = await withState(bench);
        expect(await ask(bench, id, name, { key: 'rows' })).toEqual({ result: [1, 2] });
        expect(await ask(bench, id, name, { key: 'gone' })).toEqual({ result: null });
      }),
    );

    test('for the status gives its word', () =>
      withBench(async (bench) => {
        const waiting = await withState(bench);
        expect(await ask(bench, waiting, 'status')).toEqual({ result: 'WAITING' });
        const pending = await bench.start();
        expect(await ask(bench, pending, 'status')).toEqual({ result: 'PENDING' });
      }));

    test('nobody knows is answered with an error, and is no failed call', () =>
      withBench(async (bench) => {
        const id = await withState(bench);
        const { error } = await ask(bench, id, 'shoe-size');
        expect(error).toContain('shoe-size');
      }));

    test('is answered after the end too', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        const id = await bench.start();
        await worker.complete(await worker.activation(), null, [setState('step', 'last')]);
        expect(await ask(bench, id, 'state')).toEqual({ result: { step: 'last' } });
        expect(await ask(bench, id, 'status')).toEqual({ result: 'COMPLETED' });
      }));

    test('changes nothing', () =>
      withBench(async (bench) => {
        const id = await withState(bench);
        const before = await bench.history(id);
        await ask(bench, id, 'state');
        await ask(bench, id, randomUUID());
        expect(await bench.history(id)).toEqual(before);
      }));
  });
}
