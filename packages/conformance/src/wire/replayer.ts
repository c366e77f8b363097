import type { WorkflowExecution } from '@flovyn/protocol/grpc';
import { clientId } from './client-ids.js';
import {
  type ChildOptions,
  type ForeignCommand,
  type PromiseOptions,
  type TaskOptions,
  TASK_KIND,
  WORKFLOW_KIND,
  clearState,
  createPromise,
  recordOperation,
  scheduleChild,
  scheduleTask,
  setState,
  startTimer,
} from './commands.js';
import type { HistoryLine } from './history.js';
import type { WorkerStyle } from './worker-style.js';

// A small replayer of another make. Each kind of call is matched by its ordinal with the facts of that kind, results are
// found by id. It reads of each fact only what the published workers read, so a server that writes less breaks it.

/** Workflow code of a foreign worker. */
export type Script = (context: ForeignContext, input: unknown) => Promise<unknown>;

/** What such code may ask for. What waits is a promise that stays open until a later turn. */
export interface ForeignContext {
  readonly executionId: string;
  /** The same in every turn. */
  readonly timeMs: number;
  task(kind?: string, input?: unknown, options?: TaskOptions): Promise<unknown>;
  sleep(durationMs: number): Promise<void>;
  promise(name: string, options?: PromiseOptions): Promise<unknown>;
  child(name: string, input?: unknown, options?: ChildOptions): Promise<unknown>;
  /** Done once, in the turn that first comes here. */
  operation(name: string, body: () => unknown): unknown;
  setState(key: string, value: unknown): void;
  clearState(key: string): void;
  /** The next signal of a name, in the order of their arrival. */
  signal(name: string): Promise<unknown>;
  hasSignal(name: string): boolean;
}

/** How a turn ended. */
export type TurnEnd =
  | { readonly type: 'completed'; readonly output: unknown }
  | { readonly type: 'failed'; readonly error: string }
  /** The reason in the words of the Rust worker: what was awaited last. */
  | { readonly type: 'suspended'; readonly reason: string };

export interface Turn {
  readonly commands: readonly ForeignCommand[];
  readonly end: TurnEnd;
}

/** Runs the code from the top against the whole history, as foreign workers do at every turn. */
export async function replay(
  script: Script,
  input: unknown,
  execution: WorkflowExecution,
  events: readonly HistoryLine[],
  style: WorkerStyle,
): Promise<Turn> {
  const commands: ForeignCommand[] = [];
  let reason = 'Waiting for signal';
  const context = createContext(execution, events, style, {
    emit: (command) => void commands.push(command),
    wait: (what) => {
      reason = what;
      return new Promise<never>(() => undefined);
    },
  });
  let end: TurnEnd | undefined;
  script(context, input).then(
    (output) => (end = { type: 'completed', output }),
    (error: unknown) => (end = { type: 'failed', error: error instanceof Error ? error.message : String(error) }),
  );
  // Everything that can move has moved by the next turn of the event loop: nothing here waits for the world.
  await new Promise((resolve) => setImmediate(resolve));
  return { commands, end: end ?? { type: 'suspended', reason } };
}

interface TurnParts {
  emit(command: ForeignCommand): void;
  wait(what: string): Promise<never>;
}

function createContext(
  execution: WorkflowExecution,
  events: readonly HistoryLine[],
  style: WorkerStyle,
  { emit, wait }: TurnParts,
): ForeignContext {
  const ordinals = new Map<string, number>();
  let ids = 0;
  const nextId = (): string => clientId(execution.id, (ids += 1));

  /** The fact of the k-th call of a kind, and k. The command is sent when there is none yet. */
  function match(types: readonly string[], emitted: ForeignCommand | ((ordinal: number) => ForeignCommand)) {
    const kind = types.join();
    const ordinal = ordinals.get(kind) ?? 0;
    ordinals.set(kind, ordinal + 1);
    const recorded = events.filter(({ type }) => types.includes(type))[ordinal];
    if (recorded === undefined) emit(typeof emitted === 'function' ? emitted(ordinal) : emitted);
    return { recorded, ordinal };
  }

  /** What became of something: the fact with the given member, if it is there already. */
  function outcome(types: readonly string[], member: string, value: unknown): HistoryLine | undefined {
    return events.findLast(({ type, data }) => types.includes(type) && data[member] === value);
  }

  const signals = (name: string) =>
    events.filter(({ type, data }) => type === 'SIGNAL_RECEIVED' && data['signalName'] === name);

  return {
    executionId: execution.id,
    timeMs: execution.workflowTaskTimeMillis,
    task(kind = TASK_KIND, input = null, options = {}) {
      const made = nextId();
      const { recorded } = match(['TASK_SCHEDULED'], scheduleTask(made, { kind, input, ...options }));
      assertSame('task kind', recorded?.data['kind'], kind);
      const id = recorded === undefined ? made : recorded.data['taskExecutionId'];
      const end = outcome(['TASK_COMPLETED', 'TASK_FAILED'], 'taskExecutionId', id);
      return settled(end, 'output') ?? wait(`Waiting for task ${word(id)} to complete`);
    },
    async sleep(durationMs) {
      const { recorded, ordinal } = match(['TIMER_STARTED'], (at) => startTimer(style.timerId(at), durationMs));
      const id = recorded?.data['timerId'] ?? style.timerId(ordinal);
      const end = outcome(['TIMER_FIRED', 'TIMER_CANCELLED'], 'timerId', id);
      if (end === undefined) await wait(`Waiting for timer ${word(id)} to fire`);
      if (end?.type === 'TIMER_CANCELLED') throw new Error('Timer cancelled');
    },
    promise(name, options) {
      const { recorded } = match(['PROMISE_CREATED'], createPromise(name, options));
      assertSame('promise name', recorded?.data['promiseName'], name);
      const types = ['PROMISE_RESOLVED', 'PROMISE_REJECTED', 'PROMISE_TIMEOUT'];
      const end = recorded === undefined ? undefined : outcome(types, 'promiseId', recorded.data['promiseId']);
      return settled(end, 'value') ?? wait(`Waiting for promise ${name} to be resolved`);
    },
    child(name, input = null, options = {}) {
      const { recorded } = match(['CHILD_WORKFLOW_INITIATED'], scheduleChild(name, nextId(), { input, ...options }));
      assertSame('child kind', recorded?.data['childWorkflowKind'], options.kind ?? WORKFLOW_KIND);
      const end = outcome(['CHILD_WORKFLOW_COMPLETED', 'CHILD_WORKFLOW_FAILED'], 'childExecutionName', name);
      return settled(end, 'output') ?? wait(`Waiting for child workflow ${name} to complete`);
    },
    operation(name, body) {
      let result: unknown;
      const { recorded } = match(['OPERATION_COMPLETED'], () => recordOperation(name, (result = body())));
      assertSame('operation name', recorded?.data['operationName'], name);
      return recorded === undefined ? result : recorded.data['result'];
    },
    setState(key, value) {
      assertSame('state key', match(['STATE_SET', 'STATE_CLEARED'], setState(key, value)).recorded?.data['key'], key);
    },
    clearState(key) {
      assertSame('state key', match(['STATE_SET', 'STATE_CLEARED'], clearState(key)).recorded?.data['key'], key);
    },
    signal(name) {
      const taken = ordinals.get(`signal ${name}`) ?? 0;
      const found = signals(name)[taken];
      if (found === undefined) return wait('Waiting for signal');
      ordinals.set(`signal ${name}`, taken + 1);
      return Promise.resolve(found.data['signalValue']);
    },
    hasSignal: (name) => signals(name).length > (ordinals.get(`signal ${name}`) ?? 0),
  };
}

/** The promise of something that has ended; `undefined` when it has not. */
function settled(end: HistoryLine | undefined, member: string): Promise<unknown> | undefined {
  if (end === undefined) return undefined;
  if (/_(COMPLETED|RESOLVED)$/.test(end.type)) return Promise.resolve(end.data[member]);
  const error = end.type === 'PROMISE_TIMEOUT' ? 'Promise timeout' : word(end.data['error']);
  const rejected = Promise.reject(new Error(error));
  // Code may look at it later, or never.
  rejected.catch(() => undefined);
  return rejected;
}

function assertSame(what: string, recorded: unknown, asked: string): void {
  if (recorded === undefined || recorded === asked) return;
  throw new Error(`Determinism violation: the history has the ${what} ${word(recorded)}, the code ${asked}`);
}

/** A member that should be a text; anything else is shown as what it is. */
function word(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
