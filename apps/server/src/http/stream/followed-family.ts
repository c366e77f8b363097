import type { ExecutionId, FamilyHead, FamilyLog, OrgId, StreamEntry, Streams } from '@flovyn/engine';
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
 * It ends when all of them have ended. Which of them there are is known from the last look and from what came since: a
 * child's first entry says whose it is.
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
  let { isOver } = found;
  /** Whether one of them has ended since the last look. */
  let hasOneEnded = false;

  const meetOne = (entry: StreamEntry): void => {
    if (!isWhole && entry.seq === 1 && members.has(parentOf(entry) as ExecutionId)) members.add(entry.executionId);
    if (entry.terminal !== true) return;
    hasOneEnded = true;
    if (entry.executionId === id) isOver = true;
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
      ({ isOver } = now);
      hasOneEnded = false;
      return now;
    },
    read: (after, limit) => families.read(rootId, after, limit),
    extent: (epoch) => families.extent(rootId, epoch),
    subscribe: (listener) => streams.subscribeFamily(rootId, listener),
    placeOf: (entry) => entry.inFamily ?? entry,
    meet(entries) {
      for (const entry of entries) meetOne(entry);
    },
    shows: isWhole ? () => true : (entry) => members.has(entry.executionId),
    endAt(at) {
      if (head.ended !== undefined && at >= head.last) return head.ended;
      // Its descendants may outlive it: until it has ended itself, there is nothing to look for.
      return isOver && hasOneEnded ? 'look' : undefined;
    },
  };
}

/** Whose child an execution is, said by its first entry. */
function parentOf(first: StreamEntry): string | undefined {
  const news = JSON.parse(first.event) as Partial<StateEventPayload<'WORKFLOW_CREATED'>>;
  return news.data?.parentWorkflowExecutionId ?? undefined;
}
