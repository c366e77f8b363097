import { Registry, collectDefaultMetrics } from 'prom-client';

let registry: Registry | undefined;

/** CPU, memory, event loop and garbage collection. Of the process, so there is one, however many servers run in it. */
export function processMetrics(): Registry {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry;
}
