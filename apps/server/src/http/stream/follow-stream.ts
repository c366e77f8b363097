import type { StreamEntry } from '@flovyn/engine';
import { type EndStatus, formatCursor } from '@flovyn/events';
import { encodeEnd, encodeGap, encodeReady } from '@flovyn/events/sse';
import { limits } from '@flovyn/protocol';
import type { Doubts } from '../../process/doubts.js';
import { encodeCommit, encodeEntries } from './encode-entries.js';
import type { Followed, FollowedHead } from './followed.js';
import { type ResumePoint, resumeFrom } from './resume.js';
import type { Selection } from './selection.js';
import type { SseWriter } from './sse-writer.js';

/** Entries read from the log at a time: few at first, because one may have a megabyte, then as many as make a page. */
const FIRST_PAGE = 32;
const LARGEST_PAGE = 2_000;
const PAGE_BYTES = 262_144;

export interface FollowingReader {
  readonly start: ResumePoint;
  readonly selection: Selection;
  readonly writer: SseWriter;
  /** The execution below which the stream is shown, where it is a part of a larger one. */
  readonly below?: string | undefined;
}

/**
 * Shows one reader one stream: what is stored, then what is committed, without hole or repeat, to its end.
 *
 * Invariants:
 * 1. `at` is the number of the last entry the reader was sent (or was told it cannot have). Nothing is sent twice.
 * 2. Every entry sent has the number `at + 1`; where the log itself has none, a gap says so first.
 * 3. Commits are listened to before the log is read, those of other processes as well. While the log is read they are
 *    held; they go out only if they join what was read. Whatever does not join is read from the log, which has every
 *    committed entry.
 * 4. Memory per reader is bounded: a reader that is behind gets nothing pushed, and reads the log when it has caught up.
 *
 * @returns resolves when the stream is over for this reader.
 * @throws {ServiceError} UNAVAILABLE when the log cannot be read.
 */
export async function followStream(
  followed: Followed,
  { start, selection, writer, below }: FollowingReader,
  doubts: Doubts,
): Promise<void> {
  /** The numbering that `at` belongs to: that of the entry sent last, or of the last look. */
  let { epoch } = followed.head;
  let at = start.after;
  let isLive = false;
  let leaveLive: () => void = () => undefined;
  let held: (readonly StreamEntry[])[] = [];
  let heldEntries = 0;

  const onCommit = (entries: readonly StreamEntry[]): void => {
    if (!isLive) return hold(entries);
    if (deliver(entries) !== 'sent') lookAtLog();
  };

  const lookAtLog = (): void => {
    if (!isLive) return;
    isLive = false;
    leaveLive();
  };

  const hold = (entries: readonly StreamEntry[]): void => {
    held.push(entries);
    heldEntries += entries.length;
    // What is dropped leaves a hole, and the log fills it.
    if (heldEntries > limits.streamBufferEntries) takeHeld();
  };

  const takeHeld = (): readonly (readonly StreamEntry[])[] => {
    const commits = held;
    held = [];
    heldEntries = 0;
    return commits;
  };

  /** Sends what is new in a commit, if it joins what the reader has. */
  const deliver = (entries: readonly StreamEntry[]): 'sent' | 'behind' | 'hole' | 'look' => {
    const [oldest, newest] = [entries[0], entries.at(-1)];
    if (writer.isClosed) return 'sent';
    // Something was committed elsewhere which only the log has.
    if (oldest === undefined || newest === undefined) return 'hole';
    const first = followed.placeOf(oldest);
    const last = followed.placeOf(newest).seq;
    if (first.epoch !== epoch) return 'look';
    if (last <= at) return 'sent';
    if (first.seq > at + 1 || last - first.seq !== entries.length - 1) return 'hole';
    const isWhole = first.seq === at + 1;
    const rest = isWhole ? entries : entries.slice(at + 1 - first.seq);
    followed.meet(rest);
    writer.write(isWhole ? encodeCommit(entries, selection) : encodeEntries(rest, selection), rest.length);
    at = last;
    const end = followed.endAt(at);
    if (end === 'look') return end;
    if (end !== undefined) finish(end);
    return writer.isBehind() ? 'behind' : 'sent';
  };

  const finish = (status: EndStatus): void => writer.end(encodeEnd({ status }));

  /** Reads the log until held commits join it, and goes live; or until the stream is over, or numbered anew. */
  const readLog = async (): Promise<void> => {
    let limit = FIRST_PAGE;
    let coming = followed.read(at, limit);
    for (let isLookedAt = true; ; isLookedAt = false) {
      await Promise.all([coming, writer.caughtUp()]);
      if (writer.isClosed) return;
      const page = await coming;
      // The first page joins what the look found. Before a later one the database may have lost what was sent already.
      if (!isLookedAt && page[0] !== undefined && followed.placeOf(page[0]).epoch !== epoch) return;
      followed.meet(page);
      sendPage(page);
      if (page.length === limit) {
        limit = nextPage(page);
        // The database reads on while the reader takes what it was sent: one page per reader is held, and no more.
        coming = followed.read(at, limit);
        continue;
      }
      const end = followed.endAt(at);
      if (end === 'look') return;
      if (end !== undefined) return finish(end);
      const obstacle = takeHeld()
        .map(deliver)
        .find((outcome) => outcome !== 'sent');
      if (obstacle === 'look') return;
      if (obstacle !== undefined) {
        coming = followed.read(at, limit);
        continue;
      }
      isLive = true;
      return;
    }
  };

  const sendPage = (page: readonly StreamEntry[]): void => {
    let from = 0;
    page.forEach((entry, index) => {
      const place = followed.placeOf(entry);
      if (place.seq !== at + 1) {
        // Retention takes a task's output before the news around it.
        writer.write(encodeEntries(page.slice(from, index), selection), index - from);
        writer.write(encodeGap({ from: at + 1, to: place.seq - 1, reason: 'expired' }), 1);
        from = index;
      }
      at = place.seq;
      ({ epoch } = place);
    });
    writer.write(encodeEntries(page.slice(from), selection), page.length - from);
  };

  /** Finds out where the reader stands, as if it had come back with its last cursor. */
  const lookAgain = async (): Promise<FollowedHead | undefined> => {
    const now = await followed.look();
    if (now === undefined) return undefined;
    const { after, gaps } = await resumeFrom(formatCursor({ epoch, seq: at }), now, followed);
    for (const gap of gaps) writer.write(encodeGap(gap), 1);
    ({ epoch } = now);
    at = after;
    return now;
  };

  const stopListening = followed.subscribe(onCommit);
  const stopDoubting = doubts.subscribe(lookAtLog);
  try {
    const { types } = selection;
    writer.write(encodeReady({ epoch, from: at + 1, head: followed.head.last, types, below }), 1);
    for (const gap of start.gaps) writer.write(encodeGap(gap), 1);
    await followed.settled();
    let known: FollowedHead | undefined = followed.head;
    while (known !== undefined && !writer.isClosed) {
      const left = new Promise<void>((resolve) => (leaveLive = resolve));
      await readLog();
      if (isLive) await Promise.race([left, writer.closed]);
      if (!writer.isClosed) known = await lookAgain();
    }
    // What it followed is gone: a reader that comes back is told so.
    writer.closeForNow();
  } finally {
    stopListening();
    stopDoubting();
  }
}

/** How many entries like these make a page. */
function nextPage(page: readonly StreamEntry[]): number {
  let bytes = 1;
  for (const { event } of page) bytes += event.length;
  return Math.min(LARGEST_PAGE, Math.max(1, Math.floor((PAGE_BYTES * page.length) / bytes)));
}
