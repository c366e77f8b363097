import type { StreamRow } from '@flovyn/react';

/**
 * The tasks in the order they were created, those that ran at the same time together: what happens one after the other
 * is read downwards, what happens at once side by side.
 */
export function taskGroups(rows: readonly StreamRow[], taskIds: Iterable<string>): readonly (readonly string[])[] {
  const groups: string[][] = [];
  const open = new Set<string>();
  const placed = new Set<string>();
  for (const row of rows) {
    if (row.kind !== 'news') continue;
    const { event } = row.frame;
    if (!('executionCount' in event.data)) continue;
    const { id, status } = event.data;
    if (!placed.has(id)) {
      placed.add(id);
      if (open.size > 0) groups.at(-1)?.push(id);
      else groups.push([id]);
    }
    if (status === 'PENDING' || status === 'RUNNING') open.add(id);
    else open.delete(id);
  }
  // A task whose news lies in a gap is known by its output alone.
  for (const id of taskIds) if (!placed.has(id)) groups.push([id]);
  return groups;
}
