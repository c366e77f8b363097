import { type HistoryEvent, type HistoryEventName, type Json, type Outcome, encodeEventData } from '@flovyn/protocol';
import type { RawFact } from '../../replay/fact.js';
import { Replayer, type Turn } from '../../replay/replayer.js';
import type { Logger, WorkflowDefinition } from '../../types.js';

/** A turn, what it was made from, and where its own facts stand. */
export interface PlayedTurn extends Turn {
  /** How many facts it was made from. */
  readonly seen: number;
  /** Its facts are those from here, as an index, ... */
  readonly from: number;
  /** ... up to here, this one not included. */
  readonly to: number;
}

/** The execution a child was started by. */
export interface Parent {
  readonly execution: TestExecution;
  readonly childName: string;
}

/** What an execution has begun that has no end. */
interface OpenWork {
  /** Kinds by id. */
  readonly tasks: Map<string, string>;
  /** Ids on the clock, by the timer's id. */
  readonly timers: Map<string, string>;
  /** By id, in the order in which they were made; with the clock's id of a time limit. */
  readonly promises: Map<string, { readonly name: string; readonly limit: string | undefined }>;
  /** Names by id. */
  readonly children: Map<string, string>;
}

/** Facts that can make waiting code go on. */
const wakeEvents: ReadonlySet<HistoryEventName> = new Set<HistoryEventName>([
  'WORKFLOW_STARTED',
  'TASK_COMPLETED',
  'TASK_FAILED',
  'TASK_CANCELLED',
  'TIMER_FIRED',
  'PROMISE_RESOLVED',
  'PROMISE_REJECTED',
  'PROMISE_TIMEOUT',
  'CHILD_WORKFLOW_COMPLETED',
  'CHILD_WORKFLOW_FAILED',
  'SIGNAL_RECEIVED',
  'CANCELLATION_REQUESTED',
]);

export interface TestExecutionOptions {
  readonly id: string;
  readonly kind: string;
  readonly input: Json;
  readonly parent: Parent | undefined;
  readonly now: () => number;
}

/** One execution in memory: its history, the live instance of its code, and what is open. */
export class TestExecution {
  readonly id: string;
  readonly kind: string;
  readonly input: Json;
  readonly parent: Parent | undefined;
  readonly depth: number;
  readonly facts: RawFact[] = [];
  readonly turns: PlayedTurn[] = [];
  readonly open: OpenWork = { tasks: new Map(), timers: new Map(), promises: new Map(), children: new Map() };
  /** Every timer id there has been: one is used once. */
  readonly timerIds = new Set<string>();
  /** Children that were asked to end. */
  readonly askedToEnd = new Set<string>();
  outcome: Outcome | undefined;
  isCancellationRequested = false;
  /** What the code was played with; the environment's at the first turn. */
  definition: WorkflowDefinition | undefined;
  /** A fact has come that the code has not seen. */
  #isWoken = false;
  readonly #now: () => number;
  #live: Replayer | undefined;
  #read = 0;

  constructor({ id, kind, input, parent, now }: TestExecutionOptions) {
    this.id = id;
    this.kind = kind;
    this.input = input;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.execution.depth + 1;
    this.#now = now;
    this.record({ type: 'WORKFLOW_STARTED', input });
  }

  get isOver(): boolean {
    return this.outcome !== undefined && this.outcome.type !== 'SUSPENDED';
  }

  get needsTurn(): boolean {
    return this.#isWoken && !this.isOver;
  }

  /** @returns the number of the fact. */
  record(event: HistoryEvent): number {
    const sequence = this.facts.length + 1;
    this.facts.push({ sequence, type: event.type, data: encodeEventData(event), timestampMs: this.#now() });
    if (wakeEvents.has(event.type)) this.#isWoken = true;
    return sequence;
  }

  /** Plays the code with everything it has not seen. What is recorded meanwhile is for the next turn. */
  async play(definition: WorkflowDefinition, logger: Logger): Promise<Turn & { readonly seen: number }> {
    this.definition ??= definition;
    this.#live ??= new Replayer({ workflowExecutionId: this.id, definition: this.definition, logger });
    this.#isWoken = false;
    const seen = this.facts.length;
    this.#live.read(this.facts.slice(this.#read));
    this.#read = seen;
    await this.#live.play(() => Promise.resolve(true));
    return { ...this.#live.takeTurn(), seen };
  }

  /** Answers a question as of the last turn. */
  query(name: string, args: unknown): unknown {
    return this.#live?.query(name, args);
  }
}
