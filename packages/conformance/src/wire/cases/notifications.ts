import { WorkflowDispatchService, type WorkAvailableEvent } from '@flovyn/protocol/grpc';
import { describe, expect, test } from 'vitest';
import type { Bench, Wire } from '../bench.js';

/** Listens for work of a queue, as older workers do. */
function subscribe({ caller, queue }: Bench) {
  const { path, requestSerialize, responseDeserialize } = WorkflowDispatchService.subscribeToNotifications;
  const request = { workerId: 'wire', orgId: caller.orgId, queue };
  const call = caller.client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    caller.metadata(),
  );
  const heard: WorkAvailableEvent[] = [];
  let over: string | undefined;
  call.on('data', (event: WorkAvailableEvent) => heard.push(event));
  call.on('error', (error) => (over ??= error.message));
  call.on('end', () => (over ??= 'ended'));
  return { heard, isOver: () => over, close: () => call.cancel() };
}

export function notificationsSuite({ withBench }: Wire): void {
  describe('who listens for work', () => {
    test('is kept on the line, and hears of its own queue only', () =>
      withBench(async (bench) => {
        const { heard, isOver, close } = subscribe(bench);
        try {
          const worker = await bench.worker();
          await bench.start({ queue: `${bench.queue}-other` });
          const id = await bench.start();
          await worker.suspend(await worker.activation());
          await bench.signal(id, 'go on');
          await worker.complete(await worker.activation());
          expect(isOver()).toBeUndefined();
          // A server may stay silent: polling finds the same work.
          for (const event of heard) expect(event).toMatchObject({ orgId: bench.caller.orgId, queue: bench.queue });
        } finally {
          close();
        }
      }));

    test('takes no work away from those who poll', () =>
      withBench(async (bench) => {
        const { close } = subscribe(bench);
        try {
          const worker = await bench.worker();
          const id = await bench.start();
          expect((await worker.activation()).id).toBe(id);
        } finally {
          close();
        }
      }));
  });
}
