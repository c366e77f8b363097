import { type GapReason, type Unrecognized, gapReasons } from './enums.js';
import { type ExecutionId, type TaskId, UUID } from './ids.js';
import { constant, count, matching, optional, ordinal, text, texts, word } from './shape.js';
import type { FlovynEvent } from './types.js';

/** Where an entry stands, and in whose stream: all of a frame but its event. */
export interface FrameHead {
  /** Version of the envelope. */
  v: 1;
  /** Number of the entry in its execution's stream: from 1, without gaps. */
  seq: number;
  /** Which numbering `seq` belongs to. */
  epoch: string;
  /** Whose stream this is: a workflow or agent execution, or a standalone task by its own id. */
  executionId: ExecutionId;
  /** The execution at the top of the family; equal to `executionId` for one without a parent. */
  rootExecutionId: ExecutionId;
  /** The task that made this output, or that this news is about. */
  taskExecutionId?: TaskId | undefined;
  /** The task's attempt, from 1; absent before the first. When a later attempt starts, output of earlier ones is void. */
  attempt?: number | undefined;
  /** When the entry was committed, in milliseconds since 1970. */
  timestampMs: number;
}

/** One numbered line of an execution's live stream, as it is sent. */
export interface Frame<Event extends FlovynEvent = FlovynEvent> extends FrameHead {
  /** What happened, or what was shown. */
  event: Event;
}

const executionId = matching<ExecutionId>(UUID);

/** What a frame's head holds. */
export const FrameHead = {
  v: constant(1),
  seq: ordinal,
  epoch: matching(/^[A-Za-z0-9_-]{1,64}$/),
  executionId,
  rootExecutionId: executionId,
  taskExecutionId: optional(matching<TaskId>(UUID)),
  attempt: optional(ordinal),
  timestampMs: count,
};

/** First word of every stream: replay begins after here, and how far the stream reached when it was opened. */
export interface ReadyFrame {
  readonly kind: 'ready';
  /** Which numbering is in use. */
  readonly epoch: string;
  /** Number of the first entry that is replayed. */
  readonly from: number;
  /** Number of the newest entry when the stream was opened: the reader has caught up when it has this one. */
  readonly head: number;
  /** The filter the reader asked for. With one, the numbers received have holes by design. */
  readonly types?: readonly string[] | undefined;
  /**
   * The execution whose entries, and those of its descendants, are all that is sent of the stream of a larger family. Then
   * the numbers received have holes by design, too.
   */
  readonly below?: string | undefined;
}

/** Stands in place of the entries `from` to `to`, which are no longer held. The reader loads the state it missed. */
export interface GapFrame {
  readonly kind: 'gap';
  /** The first missing `seq`. */
  readonly from: number;
  /** The last missing `seq`. */
  readonly to: number;
  /** Why they are missing. */
  readonly reason: GapReason | Unrecognized;
}

/** How an execution can end. */
export const endStatuses = ['COMPLETED', 'FAILED', 'CANCELLED'] as const;
/** How an execution has ended. */
export type EndStatus = (typeof endStatuses)[number];

/** Last word of a stream: the terminal entry was sent, nothing follows, do not reconnect. */
export interface EndFrame {
  readonly kind: 'end';
  /** How it has ended. */
  readonly status: EndStatus | Unrecognized;
}

/** What the control frames carry as `data`; their name stands in the SSE `event`. */
export const ReadyData = { epoch: text, from: count, head: count, types: optional(texts), below: optional(text) };
export const GapData = { from: count, to: count, reason: word(gapReasons) };
export const EndData = { status: word(endStatuses) };

/** What a reader of a stream gets when all is well: an entry or a control word. */
export type StreamMessage =
  | {
      readonly kind: 'entry';
      readonly frame: Frame;
      /** The cursor to continue after this entry; opaque. */
      readonly id?: string | undefined;
      /** Paths in the event whose words are newer than this version of the contract. */
      readonly unrecognized?: readonly string[] | undefined;
    }
  | ReadyFrame
  | GapFrame
  | EndFrame;
