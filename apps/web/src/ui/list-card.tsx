import type { ReactNode } from 'react';
import { Blank, Notice, Skeleton } from './notice.js';

/** The part of a query's result that a list shows. */
interface List<Item> {
  readonly data: readonly Item[] | undefined;
  readonly error: Error | null;
  readonly dataUpdatedAt: number;
  readonly refetch: () => Promise<unknown>;
}

interface ListCardProps<Item> {
  readonly list: List<Item>;
  readonly label: string;
  readonly columns: ReactNode;
  readonly row: (item: Item) => ReactNode;
  readonly isFiltered: boolean;
  readonly onUnfilter: () => void;
  readonly emptyTitle: string;
  readonly emptyText: string;
}

/** A table that is loading, empty, filtered to nothing, outdated or full, and says which. */
export function ListCard<Item>({ list, label, columns, row, ...empty }: ListCardProps<Item>) {
  return (
    <div className="stack">
      {list.error !== null && (
        <Notice
          tone="bad"
          title={list.data === undefined ? 'The list could not be loaded.' : 'The list is not up to date.'}
          action={{ label: 'Try again', run: () => void list.refetch() }}
        >
          {list.error.message}
          {list.data !== undefined &&
            ` Shown is what was true at ${new Date(list.dataUpdatedAt).toLocaleTimeString()}.`}
        </Notice>
      )}
      <section className="card" aria-label={label}>
        {list.data === undefined ? (
          list.error === null && <Skeleton lines={6} />
        ) : list.data.length === 0 ? (
          <Empty {...empty} />
        ) : (
          <table aria-label={label}>
            <thead>
              <tr>{columns}</tr>
            </thead>
            <tbody>{list.data.map(row)}</tbody>
          </table>
        )}
      </section>
    </div>
  );
}

type EmptyProps = Pick<ListCardProps<unknown>, 'isFiltered' | 'onUnfilter' | 'emptyTitle' | 'emptyText'>;

function Empty({ isFiltered, onUnfilter, emptyTitle, emptyText }: EmptyProps) {
  if (!isFiltered) {
    return (
      <Blank title={emptyTitle}>
        <p>{emptyText}</p>
      </Blank>
    );
  }
  return (
    <Blank title="The filter lets nothing through.">
      <button type="button" onClick={onUnfilter}>
        Show all
      </button>
    </Blank>
  );
}
