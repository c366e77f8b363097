import { registrationOf } from './registration.js';
import type { Introduction } from './session-owner.js';
import type { WorkerOptions } from './worker-options.js';

/** What a worker takes, and what it says of itself: all of it again at each meeting. */
export class Intake {
  readonly #name: string;
  readonly #options: WorkerOptions;
  /** False while paused, and while stopping. */
  takesWork = true;
  #saidTakesWork = true;

  constructor(name: string, options: WorkerOptions) {
    this.#name = name;
    this.#options = options;
  }

  get capacity(): Pick<Introduction, 'workflowCapacity' | 'taskCapacity'> {
    const { workflows, tasks, maxWorkflows, maxTasks } = this.#options;
    return {
      workflowCapacity: this.takesWork && workflows.size > 0 ? maxWorkflows : 0,
      taskCapacity: this.takesWork && tasks.size > 0 ? maxTasks : 0,
    };
  }

  /** Whether the last introduction said something else: a wish that came between hello and welcome went nowhere. */
  get hasChanged(): boolean {
    return this.#saidTakesWork !== this.takesWork;
  }

  introduction(
    held: { readonly turns: Introduction['heldTurns']; readonly instances: Introduction['heldInstances'] },
    heldAttempts: Introduction['heldAttempts'],
  ): Introduction {
    const { orgId, queue, workflows, tasks } = this.#options;
    this.#saidTakesWork = this.takesWork;
    return {
      registration: registrationOf(this.#name, orgId, workflows.values(), tasks.values()),
      queue,
      ...this.capacity,
      heldTurns: held.turns,
      heldAttempts,
      heldInstances: held.instances,
    };
  }
}
