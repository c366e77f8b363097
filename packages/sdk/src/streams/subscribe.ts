import { type StreamTarget, createClient } from '@flovyn/client';
import { type Frame, type StateEventPayload, type StreamEvent, isTerminal } from '@flovyn/events';
import { deserialize, serialize } from '../serde.js';
import type { Logger } from '../types.js';
import { type StreamingOptions, type SubscribeOptions, patienceOf } from './options.js';
import { Subscription } from './subscription.js';

/** Output of a task, and where it stands. */
export interface TaskStreamEvent {
  /** Equal to `workflowExecutionId` for a task without a workflow. */
  readonly taskExecutionId: string;
  /** Whose stream it stands in: a workflow execution's, or a standalone task's. */
  readonly workflowExecutionId: string;
  /** Number of the entry in its execution's stream, from 1. */
  readonly sequence: number;
  /** The output. Data comes back as it went in: dates as dates. */
  readonly event: StreamEvent;
  /** When the server stored it. */
  readonly timestamp: Date;
}

/** A change of the execution's or a task's state, in its place among the output. */
export interface StateStreamEvent extends Omit<TaskStreamEvent, 'event' | 'taskExecutionId'> {
  /** The task it is about, if it is about one. */
  readonly taskExecutionId: string | undefined;
  /** What has changed. */
  readonly event: StateEventPayload;
}

/** What `subscribeWorkflowStream` gives. */
export type WorkflowStream<Event = TaskStreamEvent> = Subscription<Event>;
/** What `subscribeTaskStream` gives: the events alone, for a single task needs no more. */
export type TaskStream<Event = StreamEvent> = Subscription<Event>;

/** Whom to ask, and as whom. */
export interface Door {
  readonly baseUrl: string;
  readonly org: string;
  readonly apiKey: string | undefined;
  readonly streaming: StreamingOptions;
  readonly logger: Logger;
}

/** Everything the tasks of an execution show, and those of its descendants if that is wanted. */
export function subscribeToWorkflow(
  door: Door,
  id: string,
  options: SubscribeOptions,
): WorkflowStream<TaskStreamEvent | StateStreamEvent> {
  return subscribe(door, { workflowExecutionId: id, consolidated: options.consolidated }, options, {
    toEvent: (frame) => toStreamEvent(frame, options),
    // Its own end is the end of the stream.
    isLast: () => false,
  });
}

/** What one task shows. One without a workflow has a stream of its own. */
export function subscribeToTask(
  door: Door,
  { workflowId, taskId }: { readonly workflowId: string; readonly taskId: string },
  options: SubscribeOptions,
): TaskStream<StreamEvent | StateEventPayload> {
  const isOwn = workflowId === taskId;
  const { consolidated } = options;
  const target = isOwn ? { taskExecutionId: taskId } : { workflowExecutionId: workflowId, consolidated };
  const isMeant = (frame: Frame): boolean => isOwn || frame.taskExecutionId === taskId;
  return subscribe(door, target, options, {
    toEvent: (frame) => (isMeant(frame) ? toStreamEvent(frame, options)?.event : undefined),
    isLast: ({ event, taskExecutionId }) => event.type === 'Event' && taskExecutionId === taskId && isTerminal(event),
  });
}

function subscribe<Event>(
  { baseUrl, org, apiKey, streaming, logger }: Door,
  target: StreamTarget,
  options: SubscribeOptions,
  reading: { readonly toEvent: (frame: Frame) => Event | undefined; readonly isLast: (frame: Frame) => boolean },
): Subscription<Event> {
  let refusedWith: number | undefined;
  const client = createClient({
    baseUrl,
    org,
    apiKey,
    // The error of a refusal has our word for it; its number is kept beside.
    fetch: async (...asked) => {
      refusedWith = undefined;
      const response = await fetch(...asked);
      if (!response.ok) refusedWith = response.status;
      return response;
    },
  });
  const live = client.stream(target, { signal: options.signal, patience: patienceOf(streaming) });
  return new Subscription({ live, ...reading, refusedWith: () => refusedWith, options, logger });
}

function toStreamEvent(
  { event, executionId, taskExecutionId, seq, timestampMs }: Frame,
  { includeStateEvents = false }: SubscribeOptions,
): TaskStreamEvent | StateStreamEvent | undefined {
  const place = { workflowExecutionId: executionId, sequence: seq, timestamp: new Date(timestampMs) };
  if (event.type === 'Event') return includeStateEvents ? { ...place, taskExecutionId, event } : undefined;
  return { ...place, taskExecutionId: taskExecutionId ?? executionId, event: revived(event) };
}

/** Data comes back as it went in: dates as dates. */
function revived(event: StreamEvent): StreamEvent {
  return event.type === 'data' ? { ...event, data: deserialize(serialize(event.data)) } : event;
}
