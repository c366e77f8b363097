import { randomUUID } from 'node:crypto';
import { TaskCapability, WorkflowCapability } from '@flovyn/protocol/grpc';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import { toBytes } from '../json-bytes.js';
import { statusOf } from '../refusal.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function registrationSuite({ withBench }: Wire): void {
  describe('a worker that registers', () => {
    test('is given a UUID, success and no conflicts', () =>
      withBench(async ({ caller }) => {
        const reply = await caller.registerWorker({
          workerName: `wire-${randomUUID()}`,
          workerVersion: '1.0.0',
          workerType: 'UNIFIED',
          orgId: caller.orgId,
          hostName: 'elsewhere',
          processId: '4711',
          workflows: [
            WorkflowCapability.fromPartial({
              kind: 'wire-described',
              name: 'Described',
              description: 'Says everything a worker can say.',
              timeoutSeconds: 60,
              cancellable: true,
              tags: ['wire'],
              retryPolicy: toBytes({ maxRetries: 3 }),
              metadata: toBytes({ team: 'blue' }),
              version: '1.0.0',
              contentHash: 'f0'.repeat(32),
              inputSchema: toBytes({ type: 'object' }),
              outputSchema: toBytes({ type: 'object' }),
            }),
          ],
          tasks: [TaskCapability.fromPartial({ kind: 'wire-described', name: 'Described', tags: ['wire'] })],
          metadata: toBytes({ region: 'north' }),
        });
        expect(reply).toMatchObject({ success: true, workflowConflicts: [], taskConflicts: [] });
        expect(reply.error).toBeUndefined();
        expect(reply.workerId).toMatch(UUID);
        expect(reply.workerId).not.toMatch(/^[0-]+$/);
      }));

    test.each(['WORKFLOW', 'TASK', 'UNIFIED'])('may be of the type %s', (workerType) =>
      withBench(async ({ caller }) => {
        const workflows = workerType === 'TASK' ? [] : [WorkflowCapability.fromPartial({ kind: 'wire-typed' })];
        const tasks = workerType === 'WORKFLOW' ? [] : [TaskCapability.fromPartial({ kind: 'wire-typed' })];
        const message = { workerName: `wire-${randomUUID()}`, workerType, orgId: caller.orgId, workflows, tasks };
        expect((await caller.registerWorker(message)).success).toBe(true);
      }),
    );

    test('under a name that is known is the same worker', () =>
      withBench(async (bench) => {
        const first = await bench.worker({ workflows: ['wire-first'] });
        const again = await bench.worker({ name: first.name, workflows: ['wire-second'] });
        expect(again.id).toBe(first.id);
      }));

    test('for kinds that others registered is one of them', () =>
      withBench(async (bench) => {
        const [first, second] = await Promise.all([bench.worker(), bench.worker()]);
        expect(second.id).not.toBe(first.id);
      }));
  });

  describe('a heartbeat', () => {
    test('is taken as often as it comes, also from several parts of one process at once', () =>
      withBench(async (bench) => {
        const worker = await bench.worker();
        for (let round = 0; round < 3; round += 1) {
          await Promise.all([worker.heartbeat(), worker.heartbeat(), worker.heartbeat()]);
        }
      }));

    test('of a worker nobody knows is NOT_FOUND', () =>
      withBench(async ({ caller }) => {
        expect(await statusOf(caller.sendHeartbeat({ workerId: randomUUID() }))).toBe('NOT_FOUND');
      }));
  });

  describe('a worker that never heartbeats', () => {
    test('is given work all the same, by its UUID', () =>
      withBench(async (bench) => {
        const worker = await bench.worker({ style: 'ffi' });
        const id = await bench.start();
        const turn = await worker.activation();
        expect(turn.id).toBe(id);
        await worker.complete(turn);
        expect((await bench.end(id)).type).toBe('WORKFLOW_COMPLETED');
      }));
  });
}
