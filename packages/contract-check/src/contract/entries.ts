import type { Finding } from '../difference.js';
import { type Json, canonical, own } from '../json.js';
import type { DifferenceKind } from '../kinds.js';
import type { EventEntry } from './contract.js';
import type { EventSchemas } from './event-schemas.js';

type Entries = Readonly<Record<string, EventEntry>>;

/** What it means when a member of an entry changes. Undefined: it is compared elsewhere, or only says what others say. */
const MEMBERS: Readonly<Record<string, DifferenceKind | undefined>> = {
  sse: 'sse-name-changed',
  terminal: 'terminal-changed',
  number: 'number-changed',
  entity: 'meaning-changed',
  lifecycle: 'meaning-changed',
  deprecated: 'deprecation-changed',
  doc: 'docs-changed',
  since: 'docs-changed',
  sample: 'docs-changed',
  definition: undefined,
  hash: undefined,
};

/** Events that came, went, were renamed, or are not what they were. */
export function compareEntries(schemas: EventSchemas, was: Entries, is: Entries): readonly Finding[] {
  const gone = Object.keys(was).filter((name) => !Object.hasOwn(is, name));
  const come = new Set(Object.keys(is).filter((name) => !Object.hasOwn(was, name)));
  const findings: Finding[] = [];
  for (const name of gone) {
    const newName = [...come].find((other) => schemas.isRenamed(name, was[name] ?? {}, other, is[other] ?? {}));
    if (newName !== undefined) come.delete(newName);
    findings.push(
      newName === undefined
        ? { path: name, kind: 'event-removed', message: 'it is gone; deprecate it instead' }
        : { path: name, kind: 'event-renamed', message: `it is called ${newName} now; deprecate it instead` },
    );
  }
  for (const name of come) {
    findings.push({ path: name, kind: 'event-added', message: 'a new event: readers let it pass as unknown' });
  }
  for (const [name, entry] of Object.entries(was)) {
    const other = own(is, name);
    if (other === undefined) continue;
    findings.push(...compareMembers(name, entry, other), ...schemas.compare(name, entry, other));
  }
  return findings;
}

function compareMembers(path: string, was: EventEntry, is: EventEntry): readonly Finding[] {
  const members = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return members.flatMap((member): readonly Finding[] => {
    const kind = Object.hasOwn(MEMBERS, member) ? MEMBERS[member] : 'unknown-member-changed';
    const [before, after] = [written(own(was, member)), written(own(is, member))];
    if (kind === undefined || before === after) return [];
    return [{ path, kind, message: `\`${member}\` was ${before}, is ${after}` }];
  });
}

function written(value: Json | undefined): string {
  return value === undefined ? 'absent' : canonical(value);
}
