import type { OrgId, Position, StreamEntry, StreamHead, StreamLog, Streams } from '@flovyn/engine';
import type { EndStatus } from '@flovyn/events';

/** A stream as a reader follows it: that of one execution, or that of a whole family. */
export interface Followed {
  /** What was found when it was last looked for. */
  readonly head: FollowedHead;
  /** Looks again. Undefined when it is gone. */
  look(): Promise<FollowedHead | undefined>;
  /** Entries with numbers above `after`, ascending, at most `limit`. */
  read(after: number, limit: number): Promise<readonly StreamEntry[]>;
  /** The first and the last number that a numbering still has. */
  extent(epoch: string): Promise<{ readonly first: number; readonly last: number } | undefined>;
  /** Calls `listener` with what is new after each commit, in order. Returns how to stop. */
  subscribe(listener: (entries: readonly StreamEntry[]) => void): () => void;
  /** Resolves when what other processes commit from now on is heard of. */
  settled(): Promise<void>;
  /** Where an entry stands in this stream. */
  placeOf(entry: StreamEntry): Position;
  /** To be told of all entries in their order, before they are asked about. */
  meet(entries: readonly StreamEntry[]): void;
  /** How the stream ended, for a reader who has everything up to `at`; `look` when that must be looked up. */
  endAt(at: number): EndStatus | 'look' | undefined;
}

export interface FollowedHead extends StreamHead {
  /** The number of the last entry that this reader is shown. */
  readonly last: number;
}

/** One execution's stream. It ends with its terminal entry. */
export function followExecution(
  orgId: OrgId,
  found: StreamHead,
  { streams, log }: { readonly streams: Streams; readonly log: StreamLog },
): Followed {
  const { executionId: id } = found;
  let head: FollowedHead = { ...found, last: found.seq };
  let newest: StreamEntry | undefined;
  return {
    get head() {
      return head;
    },
    async look() {
      const now = await log.head(orgId, id);
      if (now === undefined) return undefined;
      newest = undefined;
      return (head = { ...now, last: now.seq });
    },
    read: (after, limit) => log.read(id, after, limit),
    extent: (epoch) => log.extent(id, epoch),
    subscribe: (listener) => streams.subscribe(id, listener),
    settled: () => streams.settled(),
    placeOf: (entry) => entry,
    meet(entries) {
      newest = entries.at(-1) ?? newest;
    },
    endAt(at) {
      if (newest === undefined) return at >= head.last ? head.ended : undefined;
      return newest.terminal === true ? endStatus(newest) : undefined;
    },
  };
}

/** How an execution ended, said by the entry that ended it. Parsed once per reader and stream. */
function endStatus(terminal: StreamEntry): EndStatus {
  const { data } = JSON.parse(terminal.event) as { readonly data: { readonly status: EndStatus } };
  return data.status;
}
