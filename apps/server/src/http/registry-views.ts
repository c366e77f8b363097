import type { DefinitionRecord, WorkerRecord } from '@flovyn/engine';
import { type Json, joinJson } from '@flovyn/protocol';
import { listOf, timestamp } from './views.js';

// How workers and what they can do look on the wire.

/** 60 s: whoever was not heard of for longer is not there. Three heartbeats of most workers. */
const SILENCE_MS = 60_000;

/** Whoever was heard of after this instant is there. */
export function onlineAfter(now: number): number {
  return now - SILENCE_MS;
}

export function workerView(worker: WorkerRecord, after: number): Json {
  return joinJson(summaryOf(worker, after), { metadata: worker.metadata });
}

/** Also what it can do. */
export function workerDetailView(worker: WorkerRecord, after: number): Json {
  const { workflows, tasks } = worker.kinds;
  return joinJson(
    { ...summaryOf(worker, after), workflowCapabilities: workflows, taskCapabilities: tasks },
    { metadata: worker.metadata },
  );
}

function summaryOf(worker: WorkerRecord, after: number): Readonly<Record<string, unknown>> {
  return {
    id: worker.id,
    workerName: worker.name,
    workerVersion: worker.version,
    workerType: worker.type,
    status: !worker.gone && worker.lastHeartbeatAt > after ? 'ONLINE' : 'OFFLINE',
    hostName: worker.hostName,
    processId: worker.processId,
    registeredAt: timestamp(worker.registeredAt),
    lastHeartbeatAt: timestamp(worker.lastHeartbeatAt),
  };
}

export function definitionView(definition: DefinitionRecord, after: number): Json {
  const { workerSeenAt } = definition;
  return joinJson(
    {
      id: definition.id,
      kind: definition.kind,
      name: definition.name,
      description: definition.description,
      timeoutSeconds: definition.timeoutSeconds ?? null,
      tags: definition.tags,
      cancellable: definition.cancellable,
      latestVersion: definition.latestVersion,
      versions: definition.versions,
      availabilityStatus: workerSeenAt !== undefined && workerSeenAt > after ? 'AVAILABLE' : 'UNAVAILABLE',
      workerCount: definition.workerCount,
      firstSeenAt: timestamp(definition.firstSeenAt),
      lastRegisteredAt: timestamp(definition.lastRegisteredAt),
    },
    {
      retryPolicy: definition.retryPolicy,
      inputSchema: definition.inputSchema,
      outputSchema: definition.outputSchema,
      metadata: definition.metadata,
      streams: listOf(
        definition.streams.map(({ name, description, schema }) => joinJson({ name, description }, { schema })),
      ),
    },
  );
}
