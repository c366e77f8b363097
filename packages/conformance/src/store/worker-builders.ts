import { randomUUID } from 'node:crypto';
import type { Capability, WorkerRegistration } from '@flovyn/engine';
import { newOrg } from './builders.js';

export function aCapability(parts: Partial<Capability> = {}): Capability {
  const kind = parts.kind ?? 'order';
  return {
    type: 'workflow',
    kind,
    name: kind,
    description: '',
    version: '1.0.0',
    timeoutSeconds: undefined,
    cancellable: true,
    tags: [],
    retryPolicy: undefined,
    inputSchema: undefined,
    outputSchema: undefined,
    metadata: undefined,
    streams: [],
    ...parts,
  };
}

/** A worker with nothing it can do. */
export function aWorker(parts: Partial<WorkerRegistration> = {}): WorkerRegistration {
  const id = parts.id ?? randomUUID();
  return {
    id,
    orgId: newOrg(),
    name: `worker-${id}`,
    version: '2.1.0',
    type: 'UNIFIED',
    hostName: 'host-1',
    processId: '4711',
    metadata: undefined,
    definitions: [],
    ...parts,
  };
}
