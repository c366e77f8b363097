import { type GapReason, parseCursor } from '@flovyn/events';
import { encodeGap, encodeReady } from '@flovyn/events/sse';
import type { FeedItem, ListEntity, OrgFeed } from './org-feed.js';
import type { SseWriter } from './sse-writer.js';

/** Lines written at a time. */
const PAGE = 256;

/** What of an organisation a reader wants to see. */
export interface FeedFilter {
  /** Both when absent. */
  readonly entity?: ListEntity | undefined;
  /** Every kind when absent. */
  readonly kinds?: ReadonlySet<string> | undefined;
}

export interface FollowedOrg {
  /** Continue after this line; without one, with what comes next. */
  readonly cursor: string | undefined;
  readonly filter: FeedFilter;
  readonly writer: SseWriter;
}

/**
 * Shows one reader what happens in an organisation. What the reader cannot have any more is said with a gap: it loads its
 * lists again, and nothing is lost.
 *
 * @returns resolves when the connection is over.
 */
export async function followOrg({ cursor, filter, writer }: FollowedOrg, feed: OrgFeed): Promise<void> {
  let { epoch } = feed;
  let at = feed.last;
  let wake: () => void = () => undefined;
  let hasNews = true;
  const stopListening = feed.subscribe(() => {
    hasNews = true;
    wake();
  });

  /** What comes up to this number is not shown. */
  const skipTo = (to: number, reason: GapReason): void => {
    const from = reason === 'epoch' ? 1 : at + 1;
    at = to;
    writer.write(encodeGap({ from: Math.max(1, Math.min(from, to)), to: Math.max(1, to), reason }), 1);
  };

  const resume = (): void => {
    if (cursor === undefined) return;
    const known = parseCursor(cursor);
    if (known?.epoch !== epoch || known.seq > feed.last) return skipTo(feed.last, 'epoch');
    at = known.seq;
    if (at + 1 < feed.first) skipTo(feed.first - 1, 'expired');
  };

  try {
    writer.write(encodeReady({ epoch, from: at + 1, head: feed.last }), 1);
    resume();
    while (!writer.isClosed) {
      await writer.caughtUp();
      if (writer.isClosed) return;
      hasNews = false;
      if (feed.epoch !== epoch) {
        ({ epoch } = feed);
        skipTo(feed.first - 1, 'epoch');
      }
      if (at + 1 < feed.first) skipTo(feed.first - 1, 'overflow');
      const items = feed.read(at, PAGE);
      const wanted = items.filter((item) => isWanted(item, filter));
      if (wanted.length > 0) writer.write(Buffer.concat(wanted.map((item) => item.bytes())), wanted.length);
      at = items.at(-1)?.number ?? at;
      if (items.length === PAGE || hasNews) continue;
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), writer.closed]);
    }
  } finally {
    stopListening();
  }
}

function isWanted(item: FeedItem, { entity, kinds }: FeedFilter): boolean {
  const about = item.about();
  if (about === undefined || (entity !== undefined && about.entity !== entity)) return false;
  return kinds === undefined || about.kind === undefined || kinds.has(about.kind);
}
