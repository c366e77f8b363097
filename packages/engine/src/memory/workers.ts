import type { OrgId } from '../ids.js';
import type { DefinitionRecord, DefinitionType, WorkerRecord, WorkerStore } from '../ports/workers.js';
import { page } from './queries.js';
import type { DefinitionRow, MemoryRows, WorkerRow } from './rows.js';

/** What is known of workers, over the maps of a memory store. */
export function memoryWorkers(rows: MemoryRows): WorkerStore {
  const own = (orgId: OrgId, id: string): WorkerRow | undefined => {
    return rows.workers.get(`${orgId} ${id}`);
  };
  const kindsOf = (row: WorkerRow) => {
    const kinds = (type: DefinitionType) =>
      [...row.links].flatMap((name) => {
        const capability = rows.definitions.get(name)?.capability;
        return capability?.type === type ? [capability.kind] : [];
      });
    return { workflows: kinds('workflow').toSorted(), tasks: kinds('task').toSorted() };
  };
  const toWorker = (row: WorkerRow): WorkerRecord => {
    const { links: _links, definitions: _definitions, orgId: _orgId, ...shown } = row;
    return { ...shown, kinds: kindsOf(row) };
  };
  const toDefinition = (row: DefinitionRow): DefinitionRecord => {
    const { version, ...capability } = row.capability;
    const name = definitionName(row.orgId, capability.type, capability.kind);
    const present = [...rows.workers.values()].filter(({ links, gone }) => links.has(name) && !gone);
    const { timeoutSeconds, retryPolicy, tags } = row.configured;
    return {
      ...capability,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds: timeoutSeconds ?? undefined }),
      ...(retryPolicy === undefined ? {} : { retryPolicy: retryPolicy ?? undefined }),
      ...(tags === undefined ? {} : { tags }),
      id: row.id,
      latestVersion: version,
      versions: row.versions,
      firstSeenAt: row.firstSeenAt,
      lastRegisteredAt: row.lastRegisteredAt,
      workerSeenAt: present.length === 0 ? undefined : Math.max(...present.map((worker) => worker.lastHeartbeatAt)),
      workerCount: present.length,
    };
  };
  return {
    async register(worker, now) {
      const before = own(worker.orgId, worker.id);
      const links = before?.links ?? new Set<string>();
      for (const capability of worker.definitions) {
        const name = definitionName(worker.orgId, capability.type, capability.kind);
        const known = rows.definitions.get(name);
        const versions = [capability.version, ...(known?.versions ?? [])];
        rows.definitions.set(name, {
          id: known?.id ?? definitionId(rows.definitions.size + 1),
          orgId: worker.orgId,
          capability,
          versions: [...new Set(versions)],
          firstSeenAt: known?.firstSeenAt ?? now,
          lastRegisteredAt: now,
          configured: known?.configured ?? {},
        });
        links.add(name);
      }
      const registeredAt = before?.registeredAt ?? now;
      rows.workers.set(`${worker.orgId} ${worker.id}`, {
        ...worker,
        registeredAt,
        lastHeartbeatAt: now,
        gone: false,
        links,
      });
    },
    async kindsOf(workers) {
      return workers.map(({ orgId, workerId }) => {
        const row = own(orgId, workerId);
        return row && kindsOf(row);
      });
    },
    async seen(workers, now) {
      for (const { orgId, workerId } of workers) {
        const row = own(orgId, workerId);
        if (row === undefined) continue;
        row.lastHeartbeatAt = Math.max(row.lastHeartbeatAt, now);
        row.gone = false;
      }
    },
    async gone(workers) {
      for (const { orgId, workerId } of workers) {
        const row = own(orgId, workerId);
        if (row !== undefined) row.gone = true;
      }
    },
    async workers(orgId, filter) {
      const found = [...rows.workers.values()].filter((row) => {
        if (row.orgId !== orgId || (filter.type !== undefined && row.type !== filter.type)) return false;
        if (filter.online === undefined) return true;
        return (!row.gone && row.lastHeartbeatAt > filter.online.after) === filter.online.is;
      });
      const newest = found.toSorted((a, b) => b.registeredAt - a.registeredAt || (b.id < a.id ? -1 : 1));
      return page(newest.map(toWorker), filter, ({ id }) => id);
    },
    async worker(orgId, id) {
      const row = own(orgId, id);
      return row && toWorker(row);
    },
    async definitions(orgId, filter) {
      const found = [...rows.definitions.values()].filter(
        (row) => row.orgId === orgId && row.capability.type === filter.type,
      );
      const byKind = found.map(toDefinition).toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
      return page(byKind, filter, ({ id }) => id);
    },
    async definition(orgId, type, kind) {
      const row = rows.definitions.get(definitionName(orgId, type, kind));
      return row && toDefinition(row);
    },
    async configure(orgId, type, kind, configuration) {
      const row = rows.definitions.get(definitionName(orgId, type, kind));
      if (row === undefined) return undefined;
      row.configured = { ...row.configured, ...configuration };
      return toDefinition(row);
    },
  };
}

function definitionName(orgId: OrgId, type: DefinitionType, kind: string): string {
  return `${orgId} ${type} ${kind}`;
}

function definitionId(count: number): string {
  return `00000000-0000-7000-9000-${count.toString(16).padStart(12, '0')}`;
}
