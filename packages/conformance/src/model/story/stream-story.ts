import type { StreamEntry } from '@flovyn/engine';
import { type Frame, historyToStream } from '@flovyn/events';
import { createOrderChecker } from '@flovyn/events/testing';
import type { HistoryEvent } from '@flovyn/protocol';
import { TaskStories, type TaskStoryParts } from './task-story.js';
import { aboutOf } from './turn-facts.js';
import { holds } from '../violation.js';

type News = Extract<Frame['event'], { type: 'Event' }>;

/** What a stream tells, held against the rules of streams and against the history it belongs to. */
export class StreamStory {
  seq = 0;
  /** Whether the last thing said of the execution was that it waits. */
  waits = false;
  started = false;
  /** How often what it is about was opened again. */
  reopened = 0;
  readonly #checker = createOrderChecker();
  readonly tasks: TaskStories;
  readonly #fromHistory: string[] = [];
  readonly #heard: string[] = [];

  constructor(parts: TaskStoryParts) {
    this.tasks = new TaskStories(parts);
  }

  /** A fact was recorded: its news must come, at its place. */
  expect(event: HistoryEvent): void {
    const isCancelled = event.type === 'TASK_FAILED' && event.cancelled === true;
    const name = isCancelled ? 'TASK_CANCELLED' : historyToStream[event.type];
    if (name !== null) this.#fromHistory.push(`${name} ${subjectOfFact(event)}`);
  }

  hear(entry: StreamEntry): void {
    const { executionId, seq } = entry;
    holds(seq === this.seq + 1, 'R01', () => `entry ${seq} of ${executionId} follows ${this.seq}`);
    this.seq = seq;
    const frame = frameOf(entry);
    const violations = this.#checker.next(frame);
    holds(violations.length === 0, 'R19', () => `${executionId}: ${JSON.stringify(violations)}`);
    if (frame.event.type === 'Event') this.#news(frame.event, entry);
    else this.tasks.output(frame.event, entry);
  }

  /** Both have been read to their ends. */
  agree(where: string): void {
    for (let at = 0; at < Math.max(this.#heard.length, this.#fromHistory.length); at += 1) {
      const [said, recorded] = [this.#heard[at], this.#fromHistory[at]];
      holds(said === recorded, 'R17', () => `${where} recorded "${recorded}" where its stream says "${said}"`);
    }
    this.forget();
  }

  /** What was heard so far need not be compared with anything. */
  forget(): void {
    this.#heard.length = 0;
    this.#fromHistory.length = 0;
  }

  #news(news: News, entry: StreamEntry): void {
    const { event: name, data } = news;
    const ends = /^WORKFLOW_(COMPLETED|FAILED|CANCELLED)$/.test(name);
    holds(!ends || entry.terminal === true, 'R19', () => `${name} of ${entry.executionId} is not marked as its end`);
    if (name === 'WORKFLOW_STARTED') this.started = true;
    if (name === 'WORKFLOW_SUSPENDED') this.waits = true;
    if (name === 'RETRY_REQUESTED') this.reopened += 1;
    if (name === 'WORKFLOW_RESUMED' || name === 'RETRY_REQUESTED' || ends) this.waits = false;
    if (entry.taskId !== undefined) this.tasks.news(news, entry.taskId, entry.timestampMs);
    else if (name === 'RETRY_REQUESTED') this.tasks.reopened();
    const isOfClaim = name === 'WORKFLOW_STARTED' || name === 'WORKFLOW_RESUMED' || name === 'TASK_STARTED';
    const goesOn = news.event === 'TASK_FAILED' && news.data.status === 'PENDING';
    if (!isOfClaim && !goesOn) this.#heard.push(`${name} ${subjectOfNews(data)}`);
  }
}

function frameOf(entry: StreamEntry): Frame {
  const { executionId, seq, epoch, rootId, taskId, attempt, timestampMs } = entry;
  return {
    v: 1,
    seq,
    epoch,
    executionId,
    rootExecutionId: rootId,
    ...(taskId === undefined ? {} : { taskExecutionId: taskId }),
    ...(attempt === undefined ? {} : { attempt }),
    timestampMs,
    event: JSON.parse(entry.event) as Frame['event'],
  };
}

function subjectOfFact(event: HistoryEvent): string {
  if (event.type === 'OPERATION_COMPLETED') return event.operationName;
  return 'promiseId' in event ? event.promiseId : (aboutOf(event) ?? '');
}

function subjectOfNews(data: News['data']): string {
  const named = data as Readonly<Record<string, unknown>>;
  if ('executionCount' in named) return String(named['id']);
  for (const key of ['timerId', 'promiseId', 'childWorkflowId', 'operationId', 'key']) {
    if (key in named) return String(named[key]);
  }
  return '';
}
