import { type Finding, type Report, toReport } from '../difference.js';
import type { Role } from '../role.js';
import { type Contract, GROUPS } from './contract.js';
import { EventSchemas } from './event-schemas.js';
import { compareEntries } from './entries.js';
import { compareManifests } from './manifest.js';

/**
 * What changed between two versions of a contract: a union of named events, of which readers let unknown ones pass.
 *
 * - An event may be added. One that is removed or renamed breaks readers and whoever reads what is stored.
 * - Within an event the rules are those of `classify`.
 * - A number, the name an event travels under, the syntax of ids, when something is said, and what a fact is announced as
 *   must not change, although no schema shows it. Neither may a stored sample.
 *
 * Paths begin with the name of the event, or of the member of the manifest: `TASK_FAILED/data/status`, `limits/maxBytes`.
 *
 * @param role - who has the new contract while others have the old one; by default readers and writers alike.
 * @throws {SchemaError} if an event has no definition in the schema, or that is not a schema.
 */
export function classifyContract(oldContract: Contract, newContract: Contract, role: Role = 'both'): Report {
  const schemas = new EventSchemas(oldContract, newContract);
  const findings: readonly Finding[] = [
    ...GROUPS.flatMap((group) =>
      compareEntries(schemas, oldContract.manifest[group] ?? {}, newContract.manifest[group] ?? {}),
    ),
    ...schemas.compareFrames(),
    ...compareManifests(oldContract.manifest, newContract.manifest),
    ...compareGolden(oldContract.golden, newContract.golden),
  ];
  return toReport(findings, role);
}

function compareGolden(was: Contract['golden'], is: Contract['golden']): readonly Finding[] {
  if (was === undefined || is === undefined) return [];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.flatMap((name): readonly Finding[] => {
    const path = `golden/${name}`;
    if (was[name] === is[name]) return [];
    if (was[name] === undefined) return [{ path, kind: 'golden-added', message: 'a new sample' }];
    if (is[name] === undefined) return [{ path, kind: 'golden-removed', message: 'a stored sample is gone' }];
    return [{ path, kind: 'golden-changed', message: 'a stored sample has other bytes now' }];
  });
}
