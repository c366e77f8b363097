import {
  type LiveStreamMessage,
  type LiveStreamStatus,
  type LiveView,
  emptyLiveView,
  foldLiveView,
} from '@flovyn/client';

/** How the stream is doing that keeps the lists fresh. What it says goes into the lists. */
export interface OrganisationView {
  /** Whether the lists are the present. */
  readonly freshness: LiveView['freshness'];
  /** How the stream is doing. */
  readonly connection: LiveStreamStatus;
  /** The cursor of its newest entry. */
  readonly asOf: string | undefined;
  /** How often the lists had to be loaded again: when the stream first stood, and after each gap. */
  readonly restarts: number;
}

/** Before anything was heard. */
export const emptyOrganisationView: OrganisationView = {
  freshness: 'catching-up',
  connection: { state: 'connecting' },
  asOf: undefined,
  restarts: 0,
};

/** The view after these messages. */
export function advanceOrganisationView(
  view: OrganisationView,
  messages: readonly LiveStreamMessage[],
): OrganisationView {
  let { freshness, connection, asOf, restarts } = view;
  for (const message of messages) {
    switch (message.kind) {
      case 'status':
        connection = message.status;
        freshness = foldLiveView({ ...emptyLiveView, freshness }, message).freshness;
        // What happened before the stream stood was not heard.
        if (connection.state === 'live' && restarts === 0) restarts = 1;
        break;
      case 'gap':
        restarts++;
        break;
      case 'entry':
      case 'unknown':
      case 'invalid':
      case 'malformed':
        asOf = message.id ?? asOf;
    }
  }
  return { freshness, connection, asOf, restarts };
}
