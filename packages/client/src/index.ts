/**
 * REST and live streams of a Flovyn server, anywhere JavaScript runs: browsers, workers, Node 20.19 and later.
 *
 * - **Start here**: {@link createClient} gives a {@link Client} with its {@link Workflows}, {@link Tasks} and
 *   {@link Promises}.
 * - **Watch**: `client.stream` gives a {@link LiveStream} of {@link LiveStreamMessage}s; {@link foldLiveView} makes of
 *   them what a page shows. `client.streamOrganisation` is for lists. A page that only reads streams can leave the rest
 *   out: {@link streamExecution}, {@link streamOrganisation}.
 * - **Watch streams of your own**, typed: {@link defineStream} and `client.subscribe`.
 * - **What goes wrong** is a {@link ServiceError} with an {@link ErrorCode}.
 *
 * @packageDocumentation
 */
export { type Client, type ClientOptions, createClient } from './client.js';
export type { Workflows } from './workflows.js';
export type { Tasks } from './tasks.js';
export type { PromiseRef, Promises } from './promises.js';
export type { Optional, RequestOptions } from './request-options.js';
export { type Origin, type OriginOptions, type Query, type SendInit, createOrigin } from './origin.js';
export { type StreamOptions, type StreamTarget, streamExecution } from './stream-execution.js';
export { type OrganisationFilter, type OrganisationStreamOptions, streamOrganisation } from './stream-organisation.js';
export type { StreamMisfit, StreamValue, SubscribeOptions, Subscription, SubscriptionMessage } from './subscribe.js';
export type { Patience } from './patience.js';
export { type LiveStream, type LiveStreamOptions, type StreamSource, openLiveStream } from './live-stream.js';
export type { Beginning } from './live-stream-transitions.js';
export type {
  LiveStreamMessage,
  LiveStreamStatus,
  StreamEntry,
  StreamGap,
  StreamStatusChange,
} from './live-stream-message.js';
export { type Freshness, type LiveView, emptyLiveView, foldLiveView } from './live-view.js';
export { type FamilyView, emptyFamilyView, foldFamilyView } from './live-family-view.js';
export type { AttemptOutput, FailedAttempt, TaskView } from './live-view-task.js';
export { type Surroundings, realSurroundings } from './surroundings.js';
export {
  type StreamConfig,
  type StreamDefinition,
  type StreamInput,
  type StreamIssue,
  type StreamOutput,
  type StreamReading,
  defineStream,
  readStream,
} from '@flovyn/events';
export { type ErrorCode, ServiceError, type ServiceErrorOptions } from '@flovyn/protocol';
export type {
  AttemptPage,
  AttemptView,
  CancelBody,
  ChildWorkflowView,
  ChildWorkflowsPage,
  HistoryEventPage,
  HistoryEventView,
  ListEventsQuery,
  ListLogsQuery,
  ListTasksQuery,
  ListWorkflowsQuery,
  LogPage,
  LogView,
  RejectPromiseBody,
  RejectedPromiseView,
  ResolvePromiseBody,
  ResolvedPromiseView,
  RetryBody,
  SignalBody,
  SignalView,
  SignalWithStartBody,
  SignalWithStartView,
  StartTaskBody,
  StartWorkflowBody,
  StartedWorkflow,
  StreamSelection,
  TaskExecutionPage,
  TaskExecutionView,
  WaitingOnView,
  WorkflowActionView,
  WorkflowExecutionPage,
  WorkflowExecutionView,
  WorkflowStateView,
  WorkflowTasksPage,
} from '@flovyn/protocol/http';
