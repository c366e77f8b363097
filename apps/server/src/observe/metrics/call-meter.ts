import { type ServerInterceptor, ServerInterceptingCall, status } from '@grpc/grpc-js';
import { Histogram, type Registry } from 'prom-client';
import { SECONDS, addCounter } from './numbers.js';
import { createSeries } from './series.js';

/**
 * Counts the calls of the gRPC door. Must stand first in the row of interceptors: it hears of what those behind it refuse.
 * A call of a method that does not exist reaches no interceptor.
 */
export function createCallMeter(registry: Registry): ServerInterceptor {
  const calls = createSeries(['method', 'code']);
  addCounter(
    registry,
    {
      name: 'flovyn_grpc_calls_total',
      help: 'gRPC calls that were answered, by status code. A stream, such as the session of a worker, counts when it ends.',
      labelNames: calls.labelNames,
    },
    calls.read,
  );
  const seconds = new Histogram({
    name: 'flovyn_grpc_call_seconds',
    help: 'How long gRPC calls took, streams left out. A poll takes as long as it waits for work.',
    labelNames: ['method'],
    buckets: [...SECONDS, 30],
    registers: [registry],
  });

  return ({ path, responseStream }, call) => {
    const since = performance.now();
    let isOver = false;
    const end = (code: number): void => {
      if (isOver) return;
      isOver = true;
      calls.add(path, status[code] ?? 'UNKNOWN');
      if (!responseStream) seconds.observe({ method: path }, (performance.now() - since) / 1_000);
    };
    return new ServerInterceptingCall(call, {
      // Every call ends so; one that was answered has been counted by then.
      start: (next) => next({ onCancel: () => end(status.CANCELLED) }),
      sendStatus(sent, next) {
        end(sent.code);
        next(sent);
      },
    });
  };
}
