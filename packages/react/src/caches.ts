import type { StreamEntry } from '@flovyn/client';
import { type QueryClient, type QueryKey, notifyManager } from '@tanstack/react-query';
import type { Execution, ExecutionFilter, ExecutionTarget, ExecutionType } from './executions.js';
import type { QueryKeys } from './keys.js';
import { mayEnter, mayRefill, stillFits } from './membership.js';
import { mergeEntity, mergeRows } from './merge.js';
import { afterEntry, targetOf } from './project.js';
import { createReloads } from './reloads.js';

/**
 * The executions in the query cache. All writes go through here:
 *
 * 1. What is known of an execution is written to its detail and to all lists in one go: no two places disagree.
 * 2. Every write goes through one merge that only moves forward.
 * 3. What was told while an answer was under way is told to the answer too: a slow one changes nothing back.
 */
export interface Caches {
  /** The answer for one execution, ready for its detail, and told to the lists. */
  readDetail<Type extends ExecutionType>(
    target: ExecutionTarget<Type>,
    load: () => Promise<Execution<Type>>,
  ): Promise<Execution<Type>>;
  /** The answer for a list, ready for it, and told to the details. */
  readList<Type extends ExecutionType>(
    filter: ExecutionFilter<Type>,
    load: () => Promise<Execution<Type>[]>,
  ): Promise<Execution<Type>[]>;
  /** Changes what is known of one execution, wherever it is shown. */
  change(target: ExecutionTarget, change: (row: Execution) => Execution): void;
  /** Tells what has happened in the organisation. */
  tell(entries: readonly StreamEntry[]): void;
  /** Asks for what is shown in lists again, of a type or of both. */
  reloadLists(type?: ExecutionType): void;
  /** Forgets what is still to be asked. */
  close(): void;
}

const TYPES = ['workflow', 'task'] as const;

export function createCaches(queryClient: QueryClient, keys: QueryKeys): Caches {
  const reloads = createReloads(queryClient);
  /** What has been told since each answer that is under way was asked for. */
  const journals = new Set<StreamEntry[]>();

  for (const type of TYPES) {
    queryClient.setQueryDefaults(keys.details(type), {
      structuralSharing: (known: unknown, arrived: unknown) =>
        known === undefined ? arrived : mergeEntity(known as Execution, arrived as Execution),
    });
    queryClient.setQueryDefaults(keys.lists(type), {
      structuralSharing: (known: unknown, arrived: unknown) =>
        mergeRows((known ?? []) as Execution[], arrived as Execution[], (id) =>
          queryClient.getQueryData(keys.detail({ type, id })),
        ),
    });
  }

  /** Gives what `load` answers, and what was told meanwhile. */
  async function listening<Answer>(load: () => Promise<Answer>): Promise<readonly [Answer, readonly StreamEntry[]]> {
    const journal: StreamEntry[] = [];
    journals.add(journal);
    try {
      return [await load(), journal];
    } finally {
      journals.delete(journal);
    }
  }

  function listsOf(type: ExecutionType): { key: QueryKey; filter: ExecutionFilter; rows: readonly Execution[] }[] {
    return queryClient
      .getQueriesData<Execution[]>({ queryKey: keys.lists(type) })
      .flatMap(([key, rows]) => (rows === undefined ? [] : [{ key, filter: key.at(-1) as ExecutionFilter, rows }]));
  }

  /** Changes rows of details and lists; those that have left the filter of a list leave it. */
  function changeRows(type: ExecutionType, changes: ReadonlyMap<string, (row: Execution) => Execution>): void {
    const changed = (row: Execution) => changes.get(row.id)?.(row) ?? row;
    // Every write begins the wait for the next poll anew and takes back an error, so what changes nothing is not written.
    for (const id of changes.keys()) {
      queryClient.setQueryData<Execution>(keys.detail({ type, id }), (row) => {
        const merged = row && mergeEntity(row, changed(row));
        return merged === row ? undefined : merged;
      });
    }
    for (const { key, filter, rows } of listsOf(type)) {
      if (!rows.some(({ id }) => changes.has(id))) continue;
      // The merge decides what a row becomes; only then is it known whether it has left.
      const merged = mergeRows(rows, rows.map(changed), (id) => queryClient.getQueryData(keys.detail({ type, id })));
      if (merged === rows) continue;
      const kept = merged.filter((row) => stillFits(filter, row));
      queryClient.setQueryData<Execution[]>(key, kept);
      if (kept.length === merged.length) continue;
      if (mayRefill(filter, rows.length)) reloads.ask(key);
    }
  }

  return {
    async readDetail({ type, id }, load) {
      const [answer, told] = await listening(load);
      const row = told
        .filter((entry) => isAbout(entry, { type, id }))
        .reduce(afterEntryOf(type), answer) as typeof answer;
      notifyManager.batch(() => changeRows(type, new Map([[id, () => row]])));
      return row;
    },
    async readList(filter, load) {
      const { type } = filter;
      const [answer, told] = await listening(load);
      const rows = answer.map(
        (row) =>
          told.filter((entry) => isAbout(entry, { type, id: row.id })).reduce(afterEntryOf(type), row) as typeof row,
      );
      notifyManager.batch(() => {
        changeRows(type, new Map(rows.map((row) => [row.id, () => row])));
      });
      return rows
        .map((row) => queryClient.getQueryData<typeof row>(keys.detail({ type, id: row.id })) ?? row)
        .filter((row) => stillFits(filter, row));
    },
    change({ type, id }, change) {
      notifyManager.batch(() => changeRows(type, new Map([[id, change]])));
    },
    tell(entries) {
      for (const journal of journals) journal.push(...entries);
      notifyManager.batch(() => {
        for (const type of TYPES) {
          const told = byId(entries, type);
          if (told.size === 0) continue;
          const changes = [...told].map(
            ([id, news]) => [id, (row: Execution) => news.reduce(afterEntryOf(type), row)] as const,
          );
          changeRows(type, new Map(changes));
          for (const { key, filter, rows } of listsOf(type)) {
            const shown = new Set(rows.map(({ id }) => id));
            const isMissed = [...told].some(
              ([id, news]) => !shown.has(id) && news.some((entry) => mayEnter(filter, type, entry)),
            );
            if (isMissed) reloads.ask(key);
          }
        }
      });
    },
    reloadLists(type) {
      for (const each of type === undefined ? TYPES : [type]) reloads.now(keys.lists(each));
    },
    close: () => reloads.close(),
  };
}

const afterEntryOf = (type: ExecutionType) => (row: Execution, entry: StreamEntry) => afterEntry(type, row, entry);

function isAbout(entry: StreamEntry, { type, id }: ExecutionTarget): boolean {
  const target = targetOf(entry);
  return target?.type === type && target.id === id;
}

function byId(entries: readonly StreamEntry[], type: ExecutionType): Map<string, StreamEntry[]> {
  const told = new Map<string, StreamEntry[]>();
  for (const entry of entries) {
    const target = targetOf(entry);
    if (target?.type !== type) continue;
    const known = told.get(target.id);
    if (known === undefined) told.set(target.id, [entry]);
    else known.push(entry);
  }
  return told;
}
