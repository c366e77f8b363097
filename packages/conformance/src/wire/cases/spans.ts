import { randomUUID } from 'node:crypto';
import { ExecutionSpan } from '@flovyn/protocol/grpc';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import type { Caller } from '../caller.js';

function aSpan(workflowId: string, more: Partial<ExecutionSpan> = {}): ExecutionSpan {
  return ExecutionSpan.fromPartial({
    spanId: randomUUID().slice(0, 16),
    spanType: 'workflow.execute',
    workflowId,
    startTimeUnixNs: '1767225600000000000',
    endTimeUnixNs: '1767225600500000000',
    ...more,
  });
}

function report(caller: Caller, spans: ExecutionSpan[]) {
  return caller.reportExecutionSpans({ sdkInfo: { language: 'rust', sdkVersion: '0.1.0' }, spans });
}

const TYPES = ['workflow.execute', 'workflow.replay', 'task.execute', 'task.retry', 'activity.execute', 'run.execute'];

export function spansSuite({ withBench, withNeighbour }: Wire): void {
  describe('execution spans', () => {
    test('of every known type are accepted', () =>
      withBench(async ({ caller, start }) => {
        const id = await start();
        const spans = TYPES.map((spanType) => aSpan(id, { spanType, taskId: randomUUID() }));
        expect(await report(caller, spans)).toEqual({ acceptedCount: 6, rejectedCount: 0 });
      }));

    test('with errors and attributes are accepted, whatever their length and names', () =>
      withBench(async ({ caller, start }) => {
        const span = aSpan(await start(), {
          isError: true,
          errorType: 'Error',
          errorMessage: 'x'.repeat(5_000),
          attributes: { attempt: '1', 'workflow.kind': 'wire-workflow', secret: 'dropped' },
        });
        expect(await report(caller, [span])).toEqual({ acceptedCount: 1, rejectedCount: 0 });
      }));

    test('that do not fit are counted, and the others are accepted', () =>
      withBench(async ({ caller, start }) => {
        const id = await start();
        const spans = [aSpan(id, { spanType: 'coffee.break' }), aSpan(randomUUID()), aSpan('no-uuid'), aSpan(id)];
        expect(await report(caller, spans)).toEqual({ acceptedCount: 1, rejectedCount: 3 });
      }));

    test('of a task of its own are counted, one way or the other', () =>
      withBench(async ({ caller }) => {
        const { acceptedCount, rejectedCount } = await report(caller, [
          aSpan('standalone', { spanType: 'task.execute' }),
        ]);
        expect(acceptedCount + rejectedCount).toBe(1);
      }));

    test('beyond the hundredth of a report are dropped', () =>
      withBench(async ({ caller, start }) => {
        const id = await start();
        const { acceptedCount } = await report(
          caller,
          Array.from({ length: 120 }, () => aSpan(id)),
        );
        expect(acceptedCount).toBe(100);
      }));

    test('may be none', () =>
      withBench(async ({ caller }) => {
        expect(await report(caller, [])).toEqual({ acceptedCount: 0, rejectedCount: 0 });
      }));

    test('of another organisation are rejected', (context) =>
      withNeighbour(context, async ({ start }, neighbour) => {
        expect(await report(neighbour, [aSpan(await start())])).toEqual({ acceptedCount: 0, rejectedCount: 1 });
      }));
  });
}
