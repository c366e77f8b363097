import type { ExecutionId, TaskId } from '@flovyn/engine';
import type { Activation, Assignment } from './actors/held.js';
import { holds } from './violation.js';

/** A piece of work in somebody's hands. */
export interface Claim {
  readonly token: string;
  readonly executionId: ExecutionId;
  readonly taskId: TaskId | undefined;
  /** Of a task, which attempt. */
  readonly attempt: number;
  readonly holder: string;
  /** Whether nothing has happened that could have ended it: then its holder must be heard. */
  sure: boolean;
  /** Whether it may have gone to others. */
  lapsed?: true;
}

/** Who was given what. */
export class Claims {
  readonly #all = new Map<string, Claim>();
  readonly #newest = new Map<string, Claim>();
  readonly #attempts = new Set<string>();

  get(token: string): Claim | undefined {
    return this.#all.get(token);
  }

  values(): Iterable<Claim> {
    return this.#all.values();
  }

  given(work: Activation | Assignment, to: Pick<Claim, 'holder' | 'sure'>): Claim {
    const { token, executionId } = work;
    const taskId = work.type === 'task' ? work.taskId : undefined;
    const attempt = work.type === 'task' ? work.attempt : 0;
    const what = taskId === undefined ? `the turn of ${executionId}` : `attempt ${attempt} of task ${taskId}`;
    const subject = taskId ?? executionId;
    const before = this.#newest.get(subject);
    holds(!this.#all.has(token), 'R10', () => `${what} was given out twice under ${token}`);
    holds(before?.sure !== true, 'R10', () => `${to.holder} was given ${what}, which ${before?.holder} has`);
    holds(taskId === undefined || !this.#attempts.has(what), 'R14', () => `${what} was given out again`);
    const claim = { token, executionId, taskId, attempt, ...to };
    this.#all.set(token, claim);
    this.#attempts.add(what);
    // What one worker was given may be heard of after what the next one was.
    if (attempt >= (before?.attempt ?? 0)) this.#newest.set(subject, claim);
    return claim;
  }

  /** Nobody hears of a holder at the moment. */
  doubt(holder: string): void {
    for (const claim of this.#all.values()) if (claim.holder === holder) claim.sure = false;
  }

  /** A holder was not heard of for so long that everything it had may have gone to others. */
  lapse(holder: string): void {
    this.doubt(holder);
    for (const claim of this.#all.values()) if (claim.holder === holder) claim.lapsed = true;
  }
}
