import {
  Duration,
  type WorkflowContext,
  type WorkflowDefinition,
  WorkflowCancelled,
  task,
  workflow,
} from '../src/index.js';
import { type CommandClass, type Entry, type Ledger, classOfCall, idOf } from './ledger.js';
import { type Call, type Outcome, type Scenario, isCancel, isOutcome } from './scenario.js';

/** What a history does not say of a timer. */
const DEFAULT_TIMER_MS = 1_000;

/** A call, the entry of the history it is matched with, and what has to end before it is made. */
interface Step {
  readonly call: Exclude<Call, Outcome>;
  readonly entry: Entry | undefined;
  readonly after: readonly Entry[];
}

/** How something that was waited for ended. */
export type Ended = { readonly value: unknown } | { readonly error: unknown };

/** Workflow code that makes the calls of a scenario, and what it saw. */
export interface Script {
  readonly definition: WorkflowDefinition;
  /** What each entry of the history gave to the code. */
  readonly seen: ReadonlyMap<Entry, Ended>;
  /** The calls that history has nothing of. */
  readonly unrecorded: readonly Call[];
  /** What a call threw. */
  readonly thrown: () => unknown;
}

/**
 * The code behind a history: it makes the calls in their order, each when everything is over that ended before it was
 * made, and ends as the calls say. Without an outcome it waits for what is open.
 */
export function scriptOf({ kind, history }: Scenario, ledger: Ledger, calls: readonly Call[]): Script {
  const outcome = calls.find(isOutcome);
  const steps = stepsOf(calls, ledger);
  const seen = new Map<Entry, Ended>();
  let failure: unknown;
  const definition = workflow({
    name: kind,
    async run(ctx) {
      const player = new Player(ctx, seen);
      try {
        for (const step of steps) await player.make(step);
      } catch (error) {
        failure = error;
        throw error;
      }
      const all = Object.values(ledger).flat();
      await player.awaitAll(inOrderOfEnds(all));
      if (outcome === undefined) return player.waitForEver();
      if (outcome.type === 'CompleteWorkflow') return outcome.output ?? null;
      if (outcome.type === 'CancelWorkflow') throw new WorkflowCancelled(undefined, outcome.reason);
      throw new Error(outcome.error ?? errorOf(history) ?? 'failed');
    },
  });
  const unrecorded = steps.filter(({ entry, call }) => entry === undefined && classOfCall(call) !== undefined);
  return { definition, seen, unrecorded: unrecorded.map(({ call }) => call), thrown: () => failure };
}

function stepsOf(calls: readonly Call[], ledger: Ledger): readonly Step[] {
  const counts = new Map<CommandClass, number>();
  return calls.flatMap((call) => {
    if (isOutcome(call)) return [];
    const name = classOfCall(call);
    if (name === undefined) return [{ call, entry: undefined, after: [] }];
    const index = counts.get(name) ?? 0;
    counts.set(name, index + 1);
    const entry = ledger[name][index];
    const at = entry?.event.sequence ?? 0;
    const before = Object.values(ledger).flat();
    return [{ call, entry, after: inOrderOfEnds(before.filter(({ end }) => end !== undefined && end.sequence < at)) }];
  });
}

function inOrderOfEnds(entries: readonly Entry[]): readonly Entry[] {
  const ended = entries.filter(({ end }) => end !== undefined);
  return ended.toSorted((a, b) => (a.end?.sequence ?? 0) - (b.end?.sequence ?? 0));
}

function errorOf(history: Scenario['history']): string | undefined {
  const error = history.find(({ type }) => type === 'WORKFLOW_EXECUTION_FAILED')?.data['error'];
  return typeof error === 'string' ? error : undefined;
}

interface Handle extends PromiseLike<unknown> {
  cancel?(reason?: string): unknown;
}

/** Makes calls and remembers their handles. No handle leaves an async function: it would be awaited on its way. */
class Player {
  readonly #ctx: WorkflowContext;
  readonly #seen: Map<Entry, Ended>;
  readonly #handles = new Map<Entry, Handle>();
  readonly #open = new Set<Handle>();

  constructor(ctx: WorkflowContext, seen: Map<Entry, Ended>) {
    this.#ctx = ctx;
    this.#seen = seen;
  }

  async make({ call, entry, after }: Step): Promise<void> {
    await this.awaitAll(after);
    if (call.type === 'RecordOperation') return this.#operate(call, entry);
    if (isCancel(call)) return this.#cancel(call);
    this.#begin(call, entry);
  }

  /** What ended is looked at, well or not. */
  async awaitAll(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const handle = this.#handles.get(entry);
      if (handle === undefined || this.#seen.has(entry)) continue;
      this.#seen.set(entry, await settled(handle));
      this.#open.delete(handle);
    }
  }

  /** Waits for what is open, or where nothing is, for a word that never comes. */
  async waitForEver(): Promise<unknown> {
    if (this.#open.size === 0) return this.#ctx.waitForSignal('corpus: the end of the history');
    return Promise.race(this.#open);
  }

  async #operate({ name, result = null }: Extract<Call, { type: 'RecordOperation' }>, entry: Entry | undefined) {
    const failed = failureOf(result);
    const ended = await settled(
      this.#ctx.run(name, () => {
        if (failed !== undefined) throw failed;
        return result;
      }),
    );
    if (entry !== undefined) this.#seen.set(entry, ended);
  }

  #begin(call: Step['call'], entry: Entry | undefined): void {
    const handle = this.#start(call);
    if (handle === undefined) return;
    handle.then(undefined, () => undefined);
    this.#open.add(handle);
    if (entry !== undefined) this.#handles.set(entry, handle);
  }

  #start(call: Step['call']): Handle | undefined {
    const ctx = this.#ctx;
    switch (call.type) {
      case 'ScheduleTask':
        return ctx.schedule(task({ name: call.kind ?? 'task', run: nothing }), call.input ?? null);
      case 'ScheduleChildWorkflow':
        return ctx.scheduleWorkflow(workflow({ name: call.kind ?? 'child', run: nothing }), call.input ?? null, {
          name: call.name,
        });
      case 'StartTimer':
        return ctx.timer(Duration.milliseconds(call.durationMs ?? DEFAULT_TIMER_MS), { id: call.timerId });
      case 'CreatePromise': {
        const { name, timeoutMs } = call;
        return ctx.promise(name, timeoutMs === undefined ? {} : { timeout: Duration.milliseconds(timeoutMs) });
      }
      case 'SetState':
        ctx.set(call.key, call.value ?? null);
        return undefined;
      case 'ClearState':
        ctx.clear(call.key);
        return undefined;
      default:
        throw new Error(`${call.type} starts nothing`);
    }
  }

  #cancel(call: Step['call']): void {
    const id = 'id' in call ? call.id : 'timerId' in call ? call.timerId : undefined;
    const of = call.type === 'CancelTimer' ? 'timer' : call.type === 'RequestCancelTask' ? 'task' : 'child';
    for (const [entry, handle] of this.#handles) {
      if (entry.class !== of || idOf(of, entry.event) !== id) continue;
      void handle.cancel?.();
      return;
    }
    throw new Error(`${call.type}: there is no ${of} ${id}`);
  }
}

const nothing = (): Promise<null> => Promise.resolve(null);

function settled(handle: PromiseLike<unknown>): PromiseLike<Ended> {
  return handle.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** How a history says that an operation failed. */
function failureOf(result: unknown): Error | undefined {
  const { __type: type, name, message } = (result ?? {}) as { __type?: unknown; name?: unknown; message?: unknown };
  if (type !== 'OperationError') return undefined;
  return Object.assign(new Error(String(message)), { name: String(name) });
}
