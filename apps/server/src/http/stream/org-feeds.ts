import type { OrgId, Streams } from '@flovyn/engine';
import type { Doubts } from '../../process/doubts.js';
import { type FeedSurroundings, OrgFeed } from './org-feed.js';

/** A minute: a reader that was cut off, or whose page was loaded again, comes back sooner. */
const KEPT_MS = 60_000;
/** 5 s: however often something may have been missed, lists are not loaded more often for it. */
const RENEWED_MS = 5_000;

/** What happens in organisations, for as long as somebody looks. */
export interface OrgFeeds {
  /** The feed of an organisation, and how to say that it is not read any more. */
  open(orgId: OrgId): { readonly feed: OrgFeed; readonly leave: () => void };
  close(): void;
}

interface Open {
  readonly feed: OrgFeed;
  readers: number;
  readonly stop: () => void;
  stopWaiting: (() => void) | undefined;
}

export function createOrgFeeds(
  { streams, doubts }: { readonly streams: Pick<Streams, 'subscribeOrg'>; readonly doubts: Pick<Doubts, 'subscribe'> },
  surroundings: FeedSurroundings,
): OrgFeeds {
  const feeds = new Map<OrgId, Open>();
  let stopRenewing: (() => void) | undefined;

  // A commit that this process was not told of is in the log, but a feed has none: its readers load their lists again.
  const stopDoubting = doubts.subscribe(() => {
    if (feeds.size === 0) return;
    stopRenewing ??= surroundings.after(RENEWED_MS, () => {
      stopRenewing = undefined;
      for (const { feed } of feeds.values()) feed.renew();
    });
  });

  const begin = (orgId: OrgId): Open => {
    const feed = new OrgFeed(surroundings);
    // Nothing at all says that there is something which only the store has.
    const stop = streams.subscribeOrg(orgId, (entries) => (entries.length === 0 ? feed.renew() : feed.record(entries)));
    const opened: Open = { feed, readers: 0, stop, stopWaiting: undefined };
    feeds.set(orgId, opened);
    return opened;
  };

  const end = (opened: Open): void => {
    opened.stopWaiting?.();
    opened.stop();
    opened.feed.close();
  };

  return {
    open(orgId) {
      const opened = feeds.get(orgId) ?? begin(orgId);
      opened.readers += 1;
      opened.stopWaiting?.();
      opened.stopWaiting = undefined;
      return {
        feed: opened.feed,
        leave() {
          opened.readers -= 1;
          if (opened.readers > 0 || feeds.get(orgId) !== opened) return;
          opened.stopWaiting = surroundings.after(KEPT_MS, () => {
            feeds.delete(orgId);
            end(opened);
          });
        },
      };
    },
    close() {
      stopDoubting();
      stopRenewing?.();
      for (const opened of feeds.values()) end(opened);
      feeds.clear();
    },
  };
}
