import type { LiveStream, LiveStreamMessage } from '@flovyn/client';
import type { ExecutionTarget } from './executions.js';
import { type OrganisationView, advanceOrganisationView, emptyOrganisationView } from './organisation-view.js';
import type { Paint } from './paint.js';
import { type OwnedStream, type SharedStream, createSharedStream } from './shared-stream.js';
import { type StreamView, advanceStreamView, emptyStreamView } from './stream-view.js';

/** What a hub needs. */
export interface StreamHubOptions {
  /** Opens the stream of an execution after a cursor; without one, from its first entry. */
  readonly open: (target: ExecutionTarget, after: string | undefined) => LiveStream;
  /** Opens the stream of the organisation after a cursor; without one, with what comes next. */
  readonly openOrganisation: (after: string | undefined) => LiveStream;
  /** Told once per paint of an execution's view, before its readers are. */
  readonly onAdvance: (target: ExecutionTarget, view: StreamView, messages: readonly LiveStreamMessage[]) => void;
  /** The same for the organisation. */
  readonly onOrganisation: (
    view: OrganisationView,
    messages: readonly LiveStreamMessage[],
    before: OrganisationView,
  ) => void;
  /** How long a stream without readers stays open, in milliseconds: 5,000. */
  readonly lingerMs?: number;
  readonly paint?: Paint;
}

/**
 * Keeps at most one stream per execution open, whoever looks at it, and one of the organisation for all lists: a browser
 * holds six connections to a server over HTTP/1.1.
 */
export interface StreamHub {
  /** The same view for the same target, as long as it has readers or lingers. */
  view(target: ExecutionTarget): SharedStream<StreamView>;
  /** How the stream is doing that keeps all lists fresh. It is open while somebody has subscribed. */
  readonly organisation: SharedStream<OrganisationView>;
  /** Makes every waiting stream try again: the network is back. */
  nudge(): void;
  /** Gives the connections back while nobody looks; the views stay as they are. */
  pause(): void;
  /** Continues every view after its last entry. */
  resume(): void;
  /** Closes every stream and forgets its view. */
  close(): void;
}

/** Makes a hub. Streams belong to it and not to components. */
export function createStreamHub({
  open,
  openOrganisation,
  onAdvance,
  onOrganisation,
  lingerMs,
  paint,
}: StreamHubOptions): StreamHub {
  const views = new Map<string, OwnedStream<StreamView>>();
  const organisation = createSharedStream({
    open: openOrganisation,
    empty: emptyOrganisationView,
    advance: advanceOrganisationView,
    onAdvance: onOrganisation,
    lingerMs,
    paint,
  });
  const all = () => [organisation, ...views.values()];

  return {
    view(target) {
      const key = `${target.type}/${target.id}`;
      const existing = views.get(key);
      if (existing !== undefined) return existing;
      const view = createSharedStream({
        open: (after) => open(target, after),
        empty: emptyStreamView,
        advance: advanceStreamView,
        onAdvance: (now, messages) => onAdvance(target, now, messages),
        onIdle: () => views.delete(key),
        lingerMs,
        paint,
      });
      views.set(key, view);
      return view;
    },
    organisation,
    nudge: () => all().forEach((stream) => stream.reconnect()),
    pause: () => all().forEach((stream) => stream.pause()),
    resume: () => all().forEach((stream) => stream.resume()),
    close() {
      all().forEach((stream) => stream.stop());
      views.clear();
    },
  };
}
