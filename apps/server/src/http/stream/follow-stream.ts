import type { ExecutionId, OrgId, StreamEntry, StreamHead, StreamLog, Streams } from '@flovyn/engine';
import { type EndStatus, formatCursor } from '@flovyn/events';
import { encodeEnd, encodeGap, encodeReady } from '@flovyn/events/sse';
import { limits } from '@flovyn/protocol';
import type { Doubts } from '../../process/doubts.js';
import { encodeCommit, encodeEntries } from './encode-entries.js';
import { type ResumePoint, resumeFrom } from './resume.js';
import type { Selection } from './selection.js';
import type { SseWriter } from './sse-writer.js';

/** Entries read from the log at a time: few at first, because one may have a megabyte, then as many as make a page. */
const FIRST_PAGE = 32;
const LARGEST_PAGE = 5_000;
const PAGE_BYTES = 1_048_576;

export interface FollowedStream {
  readonly orgId: OrgId;
  readonly head: StreamHead;
  readonly start: ResumePoint;
  readonly selection: Selection;
  readonly writer: SseWriter;
}

/**
 * Shows one reader one execution's stream: what is stored, then what is committed, without hole or repeat, to its end.
 *
 * Invariants:
 * 1. `at` is the number of the last entry the reader was sent (or was told it cannot have). Nothing is sent twice.
 * 2. Every entry sent has the number `at + 1`; where the log itself has none, a gap says so first.
 * 3. Commits are listened to before the log is read, those of other processes as well. While the log is read they are held; they go out only if they join
 *    what was read. Whatever does not join is read from the log, which has every committed entry.
 * 4. Memory per reader is bounded: a reader that is behind gets nothing pushed, and reads the log when it has caught up.
 *
 * @returns resolves when the stream is over for this reader.
 * @throws {ServiceError} UNAVAILABLE when the log cannot be read.
 */
export async function followStream(
  { orgId, head, start, selection, writer }: FollowedStream,
  { streams, log, doubts }: { readonly streams: Streams; readonly log: StreamLog; readonly doubts: Doubts },
): Promise<void> {
  const id: ExecutionId = head.executionId;
  /** The numbering that `at` belongs to: that of the entry sent last, or of the last look. */
  let { epoch } = head;
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
  const deliver = (entries: readonly StreamEntry[]): 'sent' | 'behind' | 'hole' | 'renumbered' => {
    const first = entries[0];
    const last = entries.at(-1);
    if (writer.isClosed) return 'sent';
    // Something was committed elsewhere which only the log has.
    if (first === undefined || last === undefined) return 'hole';
    if (first.epoch !== epoch) return 'renumbered';
    if (last.seq <= at) return 'sent';
    if (first.seq > at + 1) return 'hole';
    const isWhole = first.seq === at + 1;
    const rest = isWhole ? entries : entries.filter((entry) => entry.seq > at);
    writer.write(isWhole ? encodeCommit(entries, selection) : encodeEntries(rest, selection), rest.length);
    at = last.seq;
    if (last.terminal === true) finish(endStatus(last));
    return writer.isBehind() ? 'behind' : 'sent';
  };

  const finish = (status: EndStatus): void => writer.end(encodeEnd({ status }));

  /** Reads the log until held commits join it, and goes live; or until the stream is over, or numbered anew. */
  const readLog = async (from: StreamHead): Promise<void> => {
    let newest: StreamEntry | undefined;
    let limit = FIRST_PAGE;
    for (let isLookedAt = true; ; isLookedAt = false) {
      await writer.caughtUp();
      if (writer.isClosed) return;
      const page = await log.read(id, at, limit);
      // The first page joins what the look found. Before a later one the database may have lost what was sent already.
      if (!isLookedAt && page[0] !== undefined && page[0].epoch !== epoch) return;
      sendPage(page);
      newest = page.at(-1) ?? newest;
      if (page.length === limit) {
        limit = nextPage(page);
        continue;
      }
      if (newest?.terminal === true) return finish(endStatus(newest));
      if (newest === undefined && from.ended !== undefined && at >= from.seq) return finish(from.ended);
      const obstacle = takeHeld()
        .map(deliver)
        .find((outcome) => outcome !== 'sent');
      if (obstacle === 'renumbered') return;
      if (obstacle !== undefined) continue;
      isLive = true;
      return;
    }
  };

  const sendPage = (page: readonly StreamEntry[]): void => {
    let from = 0;
    page.forEach((entry, index) => {
      if (entry.seq !== at + 1) {
        // Retention takes a task's output before the news around it.
        writer.write(encodeEntries(page.slice(from, index), selection), index - from);
        writer.write(encodeGap({ from: at + 1, to: entry.seq - 1, reason: 'expired' }), 1);
        from = index;
      }
      at = entry.seq;
      epoch = entry.epoch;
    });
    writer.write(encodeEntries(page.slice(from), selection), page.length - from);
  };

  /** Finds out where the reader stands, as if it had come back with its last cursor. */
  const lookAgain = async (): Promise<StreamHead | undefined> => {
    const now = await log.head(orgId, id);
    if (now === undefined) return undefined;
    const { after, gaps } = await resumeFrom(formatCursor({ epoch, seq: at }), now, log);
    for (const gap of gaps) writer.write(encodeGap(gap), 1);
    ({ epoch } = now);
    at = after;
    return now;
  };

  const stopListening = streams.subscribe(id, onCommit);
  const stopDoubting = doubts.subscribe(lookAtLog);
  try {
    const { types } = selection;
    writer.write(encodeReady({ epoch, from: at + 1, head: head.seq, types }), 1);
    for (const gap of start.gaps) writer.write(encodeGap(gap), 1);
    await streams.settled();
    let known: StreamHead | undefined = head;
    while (known !== undefined && !writer.isClosed) {
      const left = new Promise<void>((resolve) => (leaveLive = resolve));
      await readLog(known);
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

/** How an execution ended, said by the entry that ended it. Parsed once per reader and stream. */
function endStatus(terminal: StreamEntry): EndStatus {
  const { data } = JSON.parse(terminal.event) as { readonly data: { readonly status: EndStatus } };
  return data.status;
}
