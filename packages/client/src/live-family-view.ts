import { type ExecutionId, type Frame, type StateEventPayload, formatCursor } from '@flovyn/events';

import type { LiveStreamMessage, StreamGap } from './live-stream-message.js';
import { type Freshness, type LiveView, emptyLiveView, foldLiveView } from './live-view.js';

/** What a consolidated stream has told so far: a view of each execution. A value: folding makes a new one. */
export interface FamilyView {
  /** By id, in the order in which they were first heard of. `asOf` is the place in the execution's own stream. */
  readonly executions: ReadonlyMap<string, LiveView>;
  /** Of each child that was heard of, the id of its parent. */
  readonly parents: ReadonlyMap<string, string>;
  /** How much of what happened is in it. */
  readonly freshness: Freshness;
  /** The cursor of the newest entry, to continue the consolidated stream after it. */
  readonly asOf: string | undefined;
  /** What is missing, by the numbers of the consolidated stream: nobody can tell of whom. */
  readonly gaps: readonly StreamGap[];
  /** Entries this version of the contract could not read, of whomever. */
  readonly undecoded: number;
}

/** Before anything was heard. */
export const emptyFamilyView: FamilyView = {
  executions: new Map(),
  parents: new Map(),
  freshness: emptyLiveView.freshness,
  asOf: undefined,
  gaps: [],
  undecoded: 0,
};

/**
 * The view after one more message of a consolidated stream. Pure, like `foldLiveView`, which it is for each execution.
 *
 * @example
 *   import { createClient, emptyFamilyView, foldFamilyView } from '@flovyn/client';
 *
 *   const client = createClient({ baseUrl: 'http://127.0.0.1:8000', org: 'dev' });
 *   const workflowExecutionId = '0191f80f-aea2-7677-8720-91c825f9b7ff';
 *   let family = emptyFamilyView;
 *   for await (const message of client.stream({ workflowExecutionId, consolidated: true })) {
 *     family = foldFamilyView(family, message);
 *   }
 */
export function foldFamilyView(view: FamilyView, message: LiveStreamMessage): FamilyView {
  switch (message.kind) {
    case 'entry': {
      const { frame } = message;
      const own = { ...message, id: formatCursor(frame) };
      const executions = withMember(view, frame.executionId, (member) => foldLiveView(member, own));
      return { ...view, executions, parents: withParent(view.parents, frame), asOf: message.id ?? view.asOf };
    }
    case 'unknown':
    case 'invalid':
    case 'malformed': {
      const { head } = message;
      const executions =
        head === undefined
          ? view.executions
          : withMember(view, head.executionId, (member) =>
              foldLiveView(member, { ...message, id: formatCursor(head) }),
            );
      return { ...view, executions, asOf: message.id ?? view.asOf, undecoded: view.undecoded + 1 };
    }
    case 'gap':
      return message.reason === 'epoch'
        ? { ...emptyFamilyView, freshness: view.freshness, gaps: [message] }
        : { ...view, gaps: [...view.gaps, message] };
    case 'status': {
      const executions = new Map(view.executions);
      for (const [id, member] of executions) executions.set(id, foldLiveView(member, message));
      return { ...view, executions, freshness: foldLiveView(emptyLiveViewOf(view), message).freshness };
    }
  }
}

function withMember(view: FamilyView, id: ExecutionId, fold: (member: LiveView) => LiveView): FamilyView['executions'] {
  const member = view.executions.get(id) ?? { ...emptyLiveViewOf(view), executionId: id };
  return new Map(view.executions).set(id, fold(member));
}

function emptyLiveViewOf({ freshness }: FamilyView): LiveView {
  return { ...emptyLiveView, freshness };
}

/** A child's first news says whose it is. */
function withParent(parents: FamilyView['parents'], { event }: Frame): FamilyView['parents'] {
  const parent = isCreation(event) ? event.data.parentWorkflowExecutionId : undefined;
  return isCreation(event) && typeof parent === 'string' ? new Map(parents).set(event.data.id, parent) : parents;
}

function isCreation(event: Frame['event']): event is StateEventPayload<'WORKFLOW_CREATED'> {
  return event.type === 'Event' && event.event === 'WORKFLOW_CREATED';
}
