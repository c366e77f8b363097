import type { StreamEntry } from '@flovyn/engine';
import type { Frame } from '@flovyn/events';
import type { RetryPolicy } from '@flovyn/protocol';
import type { Book } from '../book.js';
import type { Claims } from '../claims.js';
import { holds } from '../violation.js';

/** What a task was made with. */
export interface TaskPlan {
  readonly retry: RetryPolicy;
  readonly timeoutMs?: number;
}

export interface TaskStoryParts {
  readonly claims: Claims;
  readonly book: Book;
  readonly plans: ReadonlyMap<string, TaskPlan>;
}

interface TaskStory {
  createdAt: number;
  /** The number of the next output entry; undefined when some of it was not to be heard. */
  nextOutput: number | undefined;
  /** Before this instant no attempt begins. */
  notBefore: number;
  /** Failures so far: not what was handed back. Undefined when some of them were not to be heard. */
  failures: number | undefined;
  /** How many failures are followed by another attempt. */
  retries: number;
}

type News = Extract<Frame['event'], { type: 'Event' }>;
type Output = Exclude<Frame['event'], News>;

/** What a stream tells of the tasks in it: when they are tried again, and who wrote their output. */
export class TaskStories {
  readonly #parts: TaskStoryParts;
  readonly #all = new Map<string, TaskStory>();

  constructor(parts: TaskStoryParts) {
    this.#parts = parts;
  }

  /** What happened while the execution was closed was not to be heard. */
  reopened(): void {
    for (const story of this.#all.values()) {
      Object.assign(story, { nextOutput: undefined, notBefore: 0, failures: undefined });
    }
  }

  /** When the next attempt of a task that has failed is due; undefined when that is not known. */
  nextAttemptAt(taskId: string): number | undefined {
    const { failures, notBefore } = this.#of(taskId);
    return failures === undefined || notBefore === 0 ? undefined : notBefore;
  }

  news(news: News, taskId: string, now: number): void {
    const story = this.#of(taskId);
    switch (news.event) {
      case 'TASK_CREATED':
        story.createdAt = now;
        return;
      case 'TASK_STARTED': {
        const early = story.notBefore - now;
        holds(early <= 0, 'R13', () => `an attempt of task ${taskId} began ${early} ms too early`);
        story.nextOutput = 0;
        return;
      }
      case 'RETRY_REQUESTED':
        story.retries = Math.max(story.retries, story.failures ?? 0);
        story.notBefore = 0;
        return;
      case 'TASK_FAILED':
        return this.#failed(story, news.data, taskId, now);
      default:
        return;
    }
  }

  output(event: Output, { executionId, taskId, attempt, ordinal, event: text }: StreamEntry): void {
    const story = this.#of(taskId ?? executionId);
    const { nextOutput } = story;
    const what = (): string => `output ${ordinal} of attempt ${attempt} of ${taskId ?? executionId}`;
    holds(
      nextOutput === undefined || ordinal === nextOutput,
      'R18',
      () => `${what()} stands where ${nextOutput} is due`,
    );
    story.nextOutput = (ordinal ?? 0) + 1;
    this.#parts.book.appeared(executionId, 'output', text);
    if (event.type !== 'token' || !event.text.includes(':')) return;
    const [token = '', number] = event.text.split(':');
    const claim = this.#parts.claims.get(token);
    const isHolders = claim?.taskId === (taskId ?? executionId) && claim?.attempt === attempt;
    holds(isHolders, 'R09', () => `${what()} was written under the claim of attempt ${claim?.attempt}`);
    holds(Number(number) === ordinal, 'R18', () => `${what()} was sent as number ${number}`);
  }

  #failed(
    story: TaskStory,
    { status, error }: { status: string; error: string | null },
    taskId: string,
    now: number,
  ): void {
    const plan = this.#parts.plans.get(taskId);
    if (plan === undefined || error === null) return;
    if (error === 'Task timed out') {
      const early = story.createdAt + (plan.timeoutMs ?? Number.POSITIVE_INFINITY) - now;
      return holds(early <= 0, 'R13', () => `task ${taskId} timed out ${early} ms too early`);
    }
    if (status === 'PENDING' && isGivenBack(error)) {
      story.notBefore = 0;
      return;
    }
    if (story.failures === undefined) return;
    story.failures += 1;
    const goesOn = !error.includes('fatal') && story.failures <= story.retries;
    holds(goesOn === (status === 'PENDING'), 'R14', () => `task ${taskId} is ${status} after "${error}"`);
    story.notBefore = now + retryDelay(plan.retry, story.failures);
  }

  #of(taskId: string): TaskStory {
    let story = this.#all.get(taskId);
    if (story === undefined) {
      const retries = this.#parts.plans.get(taskId)?.retry.maxRetries ?? 0;
      story = { createdAt: 0, nextOutput: undefined, notBefore: 0, failures: 0, retries };
      this.#all.set(taskId, story);
    }
    return story;
  }
}

/** How long after its failure an attempt is made again. */
export function retryDelay({ initialDelayMs, multiplier, maxDelayMs }: RetryPolicy, attempt: number): number {
  return Math.min(initialDelayMs * multiplier ** (attempt - 1), maxDelayMs);
}

/** An attempt that was handed back, which is no failure. */
function isGivenBack(error: string): boolean {
  return (
    error.startsWith('given back') || error === 'The work did not reach its worker' || error === 'The worker stopped'
  );
}
