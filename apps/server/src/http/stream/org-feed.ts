import type { StreamEntry, TaskId } from '@flovyn/engine';
import { type FlovynEvent, type StateEventEntity, type StateEventPayload, entityOf } from '@flovyn/events';
import { encodeEntry, frameJson } from '@flovyn/events/sse';

/** What lists show: workflow executions and tasks. */
export type ListEntity = Extract<StateEventEntity, 'workflow' | 'task'>;

/** One line of a feed. */
export interface FeedItem {
  readonly number: number;
  /** What it is about; undefined for what lists do not show. */
  readonly about: () => { readonly entity: ListEntity; readonly kind: string | undefined } | undefined;
  /** The line as SSE text in bytes, made once for all readers. */
  readonly bytes: () => Buffer;
  readonly characters: number;
}

/** 10,000 lines are kept at least: some seconds of a busy process, for readers that were cut off for a moment. */
const KEPT_ITEMS = 10_000;
/** 16 Mi characters of them at most. */
const MOST_CHARACTERS = 16 * 1_024 * 1_024;
/** A bar that moves four times a second moves smoothly. */
const PROGRESS_MS = 250;

type Listener = () => void;

export interface FeedSurroundings {
  /** A name that no numbering had before. */
  readonly newEpoch: () => string;
  /** Calls `run` once, `ms` milliseconds from now; returns how to prevent it. */
  readonly after: (ms: number, run: () => void) => () => void;
}

/**
 * What has happened lately in an organisation: state events, and of each task its newest progress. A live view for lists,
 * not a log: whoever was away for too long is told so, and loads the lists again.
 *
 * Readers merge by the numbers each frame has in its own execution's stream, so it does not matter whether the list or
 * the line was there first.
 */
export class OrgFeed {
  readonly #surroundings: FeedSurroundings;
  #epoch: string;
  #last = 0;
  #first = 1;
  #items: FeedItem[] = [];
  #characters = 0;
  readonly #listeners = new Set<Listener>();
  /** The newest progress of each task, until it is shown. */
  readonly #progress = new Map<TaskId, StreamEntry>();
  #stopTimer: (() => void) | undefined;

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings;
    this.#epoch = surroundings.newEpoch();
  }

  /** Names this numbering: a cursor of another one means nothing here. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The number of the newest line; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The number of the oldest line that is kept, or the next one's when none is. */
  get first(): number {
    return this.#first;
  }

  /** Takes what was committed. Tokens, data and errors are not for lists. */
  record(entries: readonly StreamEntry[]): void {
    let isNews = false;
    for (const entry of entries) {
      if (entry.kind === 'state') {
        // What was said of the task before this comes before this.
        if (entry.taskId !== undefined) this.#showProgress(entry.taskId);
        this.#add(entry);
        isNews = true;
      } else if (entry.kind === 'progress' && entry.taskId !== undefined) {
        this.#progress.set(entry.taskId, entry);
        this.#stopTimer ??= this.#surroundings.after(PROGRESS_MS, () => this.#showAllProgress());
      }
    }
    if (isNews) this.#tell();
  }

  /** Something may have happened that this process was not told of: every reader starts anew, knowingly. */
  renew(): void {
    this.#epoch = this.#surroundings.newEpoch();
    this.#items = [];
    this.#characters = 0;
    this.#first = this.#last + 1;
    this.#tell();
  }

  /** The lines after this number, `most` at most. */
  read(after: number, most: number): readonly FeedItem[] {
    const from = Math.max(0, after + 1 - this.#first);
    return this.#items.slice(from, from + most);
  }

  /** Calls `listener` after each change. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopTimer?.();
  }

  #showProgress(taskId: TaskId): void {
    const pending = this.#progress.get(taskId);
    if (pending === undefined) return;
    this.#progress.delete(taskId);
    this.#add(pending);
  }

  #showAllProgress(): void {
    this.#stopTimer = undefined;
    for (const taskId of this.#progress.keys()) this.#showProgress(taskId);
    this.#tell();
  }

  #add(entry: StreamEntry): void {
    this.#last += 1;
    this.#items.push(itemOf(this.#epoch, this.#last, entry));
    this.#characters += entry.event.length;
    if (this.#items.length > 2 * KEPT_ITEMS || this.#characters > MOST_CHARACTERS) this.#dropHalf();
  }

  /** The older half at once: one at a time, an array would be moved each time. */
  #dropHalf(): void {
    const dropped = this.#items.splice(0, Math.ceil(this.#items.length / 2));
    this.#first += dropped.length;
    for (const { characters } of dropped) this.#characters -= characters;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function itemOf(epoch: string, number: number, entry: StreamEntry): FeedItem {
  let bytes: Buffer | undefined;
  let about: ReturnType<FeedItem['about']> | null = null;
  return {
    number,
    characters: entry.event.length,
    about: () => (about === null ? (about = aboutOf(entry)) : about),
    bytes: () => (bytes ??= Buffer.from(textOf(epoch, number, entry))),
  };
}

/** Progress does not say the kind of its task: it fits every filter by kind. */
function aboutOf({ kind, event }: StreamEntry): ReturnType<FeedItem['about']> {
  if (kind !== 'state') return { entity: 'task', kind: undefined };
  const news = JSON.parse(event) as Extract<FlovynEvent, { type: 'Event' }>;
  // These two change what a list says of an execution, and do not say its kind either.
  if (news.event === 'RETRY_REQUESTED') return { entity: retriedEntity(news), kind: undefined };
  if (news.event === 'CANCELLATION_REQUESTED') return { entity: 'workflow', kind: undefined };
  const entity = entityOf(news);
  if (entity !== 'workflow' && entity !== 'task') return undefined;
  return { entity, kind: (news.data as { readonly kind?: string }).kind };
}

function retriedEntity({ data }: StateEventPayload<'RETRY_REQUESTED'>): ListEntity {
  return data.targetType === 'task' ? 'task' : 'workflow';
}

function textOf(epoch: string, number: number, entry: StreamEntry): string {
  const { executionId, rootId, taskId, attempt, timestampMs, kind } = entry;
  const head = { executionId, rootExecutionId: rootId, taskExecutionId: taskId, attempt, timestampMs };
  return encodeEntry({
    event: kind === 'state' ? 'data' : 'progress',
    id: `${epoch}.${number}`,
    data: frameJson({ seq: entry.seq, epoch: entry.epoch, ...head }, entry.event),
  });
}
