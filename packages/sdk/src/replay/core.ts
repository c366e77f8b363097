import { type DeterminismViolation, FlovynError } from '../errors.js';
import { CommandBuffer, CommandClass } from './command-buffer.js';
import { IdSource, RandomSource, WorkflowClock } from './deterministic.js';
import { type Violation, violationError } from './mismatch.js';
import { Waits } from './pending.js';

/** Whose code is running: the workflow's, a signal handler's, a query's, or nobody's. */
export type Mode = 'workflow' | 'handler' | 'query' | 'idle';

const refusals: Record<Exclude<Mode, 'workflow'>, string> = {
  handler: 'A signal handler may read and write state, nothing else: leave the waiting to the workflow',
  query: 'A query may read, but not change or wait for anything',
  idle: 'The workflow is not running: it was called from a timer or callback of its own, which replay cannot repeat',
};

/** What the parts of one replayed execution share. */
export class Core {
  readonly executionId: string;
  readonly commands = new CommandBuffer();
  readonly waits = new Waits();
  readonly ids: IdSource;
  readonly random: RandomSource;
  readonly clock = new WorkflowClock();
  mode: Mode = 'idle';
  readonly #classes: CommandClass<never>[] = [];
  #violation: DeterminismViolation | undefined;

  constructor(executionId: string) {
    this.executionId = executionId;
    this.ids = new IdSource(executionId);
    this.random = new RandomSource(executionId);
  }

  get violation(): DeterminismViolation | undefined {
    return this.#violation;
  }

  commandClass<Recorded>(): CommandClass<Recorded> {
    const made = new CommandClass<Recorded>();
    this.#classes.push(made as CommandClass<never>);
    return made;
  }

  turnSent(): void {
    for (const each of this.#classes) each.turnSent();
  }

  turnRecorded(): void {
    for (const each of this.#classes) each.turnRecorded();
  }

  /** Every call that commands or waits begins here. */
  assertWorkflow(call: string): void {
    this.assertDeterministic();
    if (this.mode !== 'workflow') throw new FlovynError(`${call}: ${refusals[this.mode]}.`);
  }

  /** Every call that changes state begins here. */
  assertMayWrite(call: string): void {
    if (this.mode === 'handler') this.assertDeterministic();
    else this.assertWorkflow(call);
  }

  /** After a violation nothing of the context works: whatever the code does next is not what history says. */
  assertDeterministic(): void {
    if (this.#violation !== undefined) throw this.#violation;
  }

  violate(violation: Violation): never {
    this.#violation ??= violationError(violation);
    throw this.#violation;
  }

  /** Runs other code than the workflow's for a moment. */
  as<T>(mode: Mode, run: () => T): T {
    const before = this.mode;
    this.mode = mode;
    try {
      return run();
    } finally {
      this.mode = before;
    }
  }
}
