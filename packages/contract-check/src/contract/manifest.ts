import type { Finding } from '../difference.js';
import { type Json, canonical, isObject, own } from '../json.js';
import type { ContractManifest } from './contract.js';

type Members = Readonly<Record<string, Json>>;
type Compare = (path: string, was: Json | undefined, is: Json | undefined) => readonly Finding[];

/** How each member of a manifest is compared. Events are compared elsewhere; the version says nothing by itself. */
const MEMBERS: Readonly<Record<string, Compare>> = {
  version: () => [],
  events: () => [],
  streamEvents: () => [],
  controls: () => [],
  frame: () => [],
  frameVersion: changes('meaning-changed'),
  idSyntax: changes('id-syntax-changed'),
  enums: each(compareWords),
  protocolNumbers: each(each(compareNumber)),
  history: each(compareFact),
  limits: each(compareLimit),
};

/** What differs in the promises that stand beside the events. */
export function compareManifests(before: ContractManifest, after: ContractManifest): readonly Finding[] {
  const members = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return members.flatMap((member) => {
    const compare = Object.hasOwn(MEMBERS, member) ? MEMBERS[member] : undefined;
    const [was, is] = [before[member], after[member]] as [Json | undefined, Json | undefined];
    return (compare ?? changes('unknown-member-changed'))(member, was, is);
  });
}

function changes(kind: 'meaning-changed' | 'id-syntax-changed' | 'unknown-member-changed'): Compare {
  return (path, was, is) => {
    if (written(was) === written(is)) return [];
    return [{ path, kind, message: `it was ${written(was)}, is ${written(is)}` }];
  };
}

/** Each member of an object by itself. */
function each(compare: Compare): Compare {
  return (path, was, is) => {
    const [before, after] = [membersOf(was), membersOf(is)];
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => compare(`${path}/${name}`, own(before, name), own(after, name)));
  };
}

function compareWords(path: string, was: Json | undefined, is: Json | undefined): readonly Finding[] {
  const [before, after] = [was ?? [], is ?? []] as [readonly string[], readonly string[]];
  const gone = before.filter((word) => !after.includes(word));
  const come = after.filter((word) => !before.includes(word));
  return [
    ...gone.map((word): Finding => ({ path, kind: 'open-enum-value-removed', message: `${word} is no longer listed` })),
    ...come.map((word): Finding => ({ path, kind: 'open-enum-value-added', message: `${word} is listed now` })),
  ];
}

function compareNumber(path: string, was: Json | undefined, is: Json | undefined): readonly Finding[] {
  if (was === is) return [];
  if (was === undefined) return [{ path, kind: 'number-added', message: `${written(is)} means something now` }];
  if (is === undefined) return [{ path, kind: 'number-removed', message: `${written(was)} means nothing any more` }];
  return [{ path, kind: 'number-changed', message: `it was ${written(was)}, is ${written(is)}` }];
}

/** A fact is announced as the event of this name, or the reason why it is not is told in an object. */
function compareFact(path: string, was: Json | undefined, is: Json | undefined): readonly Finding[] {
  if (written(was) === written(is)) return [];
  if (was === undefined) return [{ path, kind: 'history-added', message: 'a new fact' }];
  if (is === undefined) return [{ path, kind: 'history-removed', message: 'a fact is gone' }];
  if (typeof was !== 'string' && typeof is === 'string') {
    return [{ path, kind: 'history-added', message: `it is announced now, as ${is}` }];
  }
  if (typeof was !== 'string')
    return [{ path, kind: 'docs-changed', message: 'another reason why it is not announced' }];
  const now = typeof is === 'string' ? `is as ${is}` : 'is not any more';
  return [{ path, kind: 'meaning-changed', message: `it was announced as ${was}, ${now}` }];
}

function compareLimit(path: string, was: Json | undefined, is: Json | undefined): readonly Finding[] {
  const [before, after] = [was ?? Number.POSITIVE_INFINITY, is ?? Number.POSITIVE_INFINITY];
  if (before === after) return [];
  const kind = after < before ? 'limit-tightened' : 'limit-loosened';
  return [{ path, kind, message: `it was ${written(was)}, is ${written(is)}` }];
}

function membersOf(value: Json | undefined): Members {
  return isObject(value) ? value : {};
}

function written(value: Json | undefined): string {
  return value === undefined ? 'absent' : canonical(value);
}
