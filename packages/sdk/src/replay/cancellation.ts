import { suspendType } from '@flovyn/events';
import { TaskCancelled, WorkflowCancelled } from '../errors.js';
import type { Children } from './children.js';
import type { Core } from './core.js';
import { type Fact, textOf } from './fact.js';
import type { Signals } from './signals.js';
import type { Tasks } from './tasks.js';

interface Parties {
  readonly tasks: Tasks;
  readonly children: Children;
  readonly signals: Signals;
}

/**
 * The end of an execution by request. Waits that nothing else would end are rejected; tasks and children are asked to end
 * and their waits end with them. Whatever the code does afterwards works as usual.
 *
 * It takes effect once: when the code hears of it. That is when the request is delivered from the history, whoever made it,
 * or when the code has asked for its own end and checks before that.
 */
export class Cancellation {
  readonly #core: Core;
  readonly #parties: Parties;
  #isRequested = false;
  #isInEffect = false;
  #isRecorded = false;
  #reason: string | undefined;

  constructor(core: Core, parties: Parties) {
    this.#core = core;
    this.#parties = parties;
  }

  get isRequested(): boolean {
    return this.#isRequested;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  check(): void {
    this.#core.assertDeterministic();
    if (!this.#isRequested) return;
    if (this.#core.mode === 'workflow') this.#takeEffect();
    throw this.#error();
  }

  /** The execution asks for its own end. */
  request(reason: string | undefined): void {
    this.#core.assertWorkflow('ctx.requestCancellation()');
    if (this.#isRequested) return;
    if (!this.#isRecorded) this.#core.commands.push({ type: 'REQUEST_CANCELLATION', reason: reason ?? '' });
    this.#isRequested = true;
    this.#reason = reason;
  }

  record(): void {
    this.#isRecorded = true;
  }

  deliver(fact: Fact): boolean {
    if (!this.#isRequested) this.#reason = textOf(fact.data, 'reason') || undefined;
    this.#isRequested = true;
    return this.#takeEffect();
  }

  /** Whether an error that ended the workflow is this cancellation coming to its end. */
  explains(error: unknown): boolean {
    return WorkflowCancelled.is(error) || (this.#isRequested && TaskCancelled.is(error));
  }

  /** True when it may have moved the code. */
  #takeEffect(): boolean {
    if (this.#isInEffect) return false;
    this.#isInEffect = true;
    const { tasks, children, signals } = this.#parties;
    for (const wait of this.#core.waits.openOf(suspendType.TIMER, suspendType.PROMISE)) {
      this.#core.waits.settle(wait.key, { error: this.#error() });
    }
    signals.cancelWaits(() => this.#error());
    const reason = this.#reason ?? 'The workflow was cancelled';
    tasks.requestCancelAll(reason);
    children.requestCancelAll(reason);
    return true;
  }

  #error(): WorkflowCancelled {
    const text = this.#reason === undefined ? undefined : `Workflow was cancelled: ${this.#reason}`;
    return new WorkflowCancelled(text, this.#reason);
  }
}
