import type { ExecutionId, FamilyHead, FamilyLog, OrgId, Position, StreamEntry, Streams } from '@flovyn/engine';
import type { StateEventPayload } from '@flovyn/events';
import type { Followed } from './followed.js';

export interface FollowedFamily extends Followed {
  /** Whether an entry of the whole family is one of the part that is followed. */
  shows(entry: StreamEntry): boolean;
}

/**
 * The stream of an execution and all its descendants. Where the execution has a parent it is a part of the stream of the
 * whole family, with the numbers of the whole.
 *
 * It ends when all of them have ended. Which of them there are, and which live, is known from the last look and from what
 * came since: a child's first entry says whose it is.
 */
export function followFamily(
  orgId: OrgId,
  found: FamilyHead,
  { streams, families }: { readonly streams: Streams; readonly families: FamilyLog },
): FollowedFamily {
  const { executionId: id, rootId } = found;
  const isWhole = id === rootId;
  let head = found;
  let members = new Set(found.members);
  let open = new Set(found.open);

  const shows = (entry: StreamEntry): boolean => isWhole || members.has(entry.executionId);

  const meetOne = (entry: StreamEntry): void => {
    if (entry.seq === 1 && members.has(parentOf(entry) as ExecutionId)) members.add(entry.executionId);
    if (!shows(entry)) return;
    // Whoever speaks lives; one that had ended may have been opened again.
    if (entry.terminal === true) open.delete(entry.executionId);
    else open.add(entry.executionId);
  };

  return {
    get head() {
      return head;
    },
    async look() {
      const now = await families.head(orgId, id);
      if (now === undefined) return undefined;
      head = now;
      members = new Set(now.members);
      open = new Set(now.open);
      return now;
    },
    read: (after, limit) => families.read(rootId, after, limit),
    extent: (epoch) => families.extent(rootId, epoch),
    subscribe: (listener) => streams.subscribeFamily(rootId, listener),
    settled: () => streams.settled(),
    placeOf(entry) {
      if (entry.inFamily !== undefined) return entry.inFamily;
      // One that is alone needs no place. Of a family, it is not counted yet: a look at the log will have that done.
      return isWhole && members.size === 1 ? entry : NOWHERE;
    },
    meet(entries) {
      for (const entry of entries) meetOne(entry);
    },
    shows,
    endAt(at) {
      if (head.ended !== undefined && at >= head.last) return head.ended;
      // Nobody who is known lives any more: a look tells whether that is all.
      return open.size === 0 ? 'look' : undefined;
    },
  };
}

/** In no numbering. */
const NOWHERE: Position = { epoch: '', seq: 0 };

/** Whose child an execution is, said by its first entry. */
function parentOf(first: StreamEntry): string | undefined {
  const news = JSON.parse(first.event) as Partial<StateEventPayload<'WORKFLOW_CREATED'>>;
  return news.data?.parentWorkflowExecutionId ?? undefined;
}
