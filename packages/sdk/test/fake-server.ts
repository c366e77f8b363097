import { type Command, type HistoryEvent, type Json, encodeEventData, jsonNull } from '@flovyn/protocol';
import {
  type Accepted,
  type ServerItem,
  type ServerItemCase,
  type ServerItemOf,
  type StreamEntry,
  WorkerFrame,
  type WorkerItem,
  fromJsonBytes,
  fromTurnCompleted,
  serverItem,
  toJsonBytes,
  toSessionEvent,
} from '@flovyn/protocol/grpc';
import { ConnectionError } from '../src/errors.js';
import type { RawFact } from '../src/replay/fact.js';
import type { FrameListener, FrameStream, OpenStream } from '../src/worker/frame-stream.js';

type Detail = Accepted['detail'];
type Item = NonNullable<WorkerItem['item']>;
type ItemOf<Case extends Item['$case']> = Extract<Item, { $case: Case }>['value'];

export interface FakeExecution {
  readonly id: string;
  readonly kind: string;
  readonly input: Json;
  readonly facts: RawFact[];
  status: 'PENDING' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  claim: { readonly token: string; speculative?: number } | undefined;
  /** What the worker is known to have seen. */
  held: number;
  wake: number;
  lastTurn: { readonly id: string; readonly sequence: number } | undefined;
  isAwaited: boolean;
}

export interface FakeTask {
  readonly id: string;
  readonly executionId: string;
  readonly kind: string;
  readonly input: Json;
  readonly maxRetries: number;
  attempt: number;
  status: 'PENDING' | 'RUNNING' | 'ENDED';
  token: string;
  entries: StreamEntry[];
  readonly logs: string[];
  heartbeats: number;
  ending: string | undefined;
}

/** A refusal thrown by a handler. */
class Refusal extends Error {
  readonly code: string;
  readonly stored: number | undefined;

  constructor(code: string, message = code, stored?: number) {
    super(message);
    this.code = code;
    this.stored = stored;
  }
}

/**
 * A server of the session in memory, by the rules of the protocol: claims, speculation, repeats, lost connections. Each
 * frame is one commit, answered a turn of the event loop later.
 */
export class FakeServer {
  readonly executions = new Map<string, FakeExecution>();
  readonly tasks = new Map<string, FakeTask>();
  /** Every item that was received, in order. */
  readonly received: Item[] = [];
  readonly hellos: ItemOf<'hello'>[] = [];
  frames = 0;
  /** Called before an item is handled; throwing refuses it. */
  onItem: ((item: Item) => unknown) | undefined;
  /** While true nothing is handled. */
  isFrozen = false;
  /** Gives work whatever the worker has registered. */
  assignAnyKind = false;
  /** How many facts one activation or page carries. */
  pageSize = 1_000;
  heartbeatMs = 10_000;
  /** How many connections to come find nobody. */
  refusals = 0;
  #connection: Connection | undefined;
  #frozen: WorkerItem[] = [];
  #sessionId = 'session-1';
  #knows = new Set<string>();
  #capacity = { workflows: 0, tasks: 0 };
  #kinds = { workflows: new Set<string>(), tasks: new Set<string>() };
  #tokens = 0;
  #now = 1_700_000_000_000;

  readonly openStream: OpenStream = (listener) => this.connect(listener);

  /** A connection of a worker: what it writes comes here. */
  connect(listener: FrameListener): FrameStream {
    const connection = new Connection(listener);
    if (this.refusals > 0) {
      this.refusals -= 1;
      connection.close(new ConnectionError('Nobody is there', 'http://fake:9090'));
    }
    return {
      write: (frame) => {
        if (!connection.isOpen) return true;
        this.frames += 1;
        this.#receive(connection, WorkerFrame.decode(frame).items);
        return true;
      },
      end: () => connection.close(undefined),
      cancel: () => connection.close(new Error('cancelled')),
    };
  }

  get isConnected(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** The connection breaks. What was not delivered never arrives. */
  cut(): void {
    this.#connection?.close(new ConnectionError('The connection was cut', 'http://fake:9090'));
    this.#connection = undefined;
  }

  /** The process dies and comes back: it knows what was stored, and no session. */
  restart(): void {
    this.cut();
    this.#knows.clear();
    this.#sessionId = `session-${this.#tokens}`;
  }

  /** Goes on after `isFrozen`. */
  thaw(): void {
    this.isFrozen = false;
    const items = this.#frozen.splice(0);
    if (this.#connection !== undefined) this.#receive(this.#connection, items);
  }

  send<Case extends ServerItemCase>(kind: Case, value: ServerItemOf<Case>): void {
    this.#connection?.send(serverItem(kind, value));
  }

  start(id: string, kind: string, input: Json = jsonNull): FakeExecution {
    const known = this.executions.get(id);
    if (known !== undefined) return known;
    const execution: FakeExecution = {
      id,
      kind,
      input,
      facts: [],
      status: 'PENDING',
      claim: undefined,
      held: 0,
      wake: 0,
      lastTurn: undefined,
      isAwaited: false,
    };
    this.executions.set(id, execution);
    this.#record(execution, { type: 'WORKFLOW_STARTED', input });
    this.#dispatch();
    return execution;
  }

  startTask(id: string, kind: string, input: Json = jsonNull, maxRetries = 3): FakeTask {
    const task = this.#addTask(id, '', kind, input, maxRetries);
    this.#dispatch();
    return task;
  }

  /** Something happens to an execution that its worker did not do. */
  happen(execution: FakeExecution, event: HistoryEvent): void {
    this.#record(execution, event);
    execution.wake = execution.facts.length;
    if (execution.status === 'WAITING') execution.status = 'PENDING';
    this.#dispatch();
  }

  /** Takes a claim away from the worker, as after a lease that ended. */
  takeAway(execution: FakeExecution): void {
    execution.claim = undefined;
    execution.held = 0;
    execution.status = 'PENDING';
  }

  dispatch(): void {
    this.#dispatch();
  }

  #receive(connection: Connection, items: readonly WorkerItem[]): void {
    for (const item of items) {
      if (item.item === undefined) continue;
      if (item.item.$case === 'hello') this.#hello(connection, item.item.value);
      else if (connection !== this.#connection) continue;
      else if (this.isFrozen) this.#frozen.push(item);
      else this.#handle(item.id, item.item);
    }
    if (!this.isFrozen) this.#dispatch();
  }

  #hello(connection: Connection, hello: ItemOf<'hello'>): void {
    this.hellos.push(hello);
    this.#connection = connection;
    const resumed = hello.sessionId !== undefined && this.#knows.has(hello.sessionId);
    if (!resumed) this.#knows.add(this.#sessionId);
    this.#capacity = { workflows: hello.workflowCapacity, tasks: hello.taskCapacity };
    this.#kinds = {
      workflows: new Set(hello.registration?.workflows.map(({ kind }) => kind)),
      tasks: new Set(hello.registration?.tasks.map(({ kind }) => kind)),
    };
    const held = new Set([...hello.heldTurns, ...hello.heldAttempts].map(({ claimToken }) => claimToken));
    const known = new Set<string>();
    for (const execution of this.executions.values()) {
      execution.held = hello.heldInstances.find((one) => one.workflowExecutionId === execution.id)?.sequence ?? 0;
      if (execution.claim === undefined) continue;
      known.add(execution.claim.token);
      // A claim that never reached its worker goes round again.
      if (!held.has(execution.claim.token)) {
        execution.claim = undefined;
        execution.status = 'PENDING';
      }
    }
    for (const task of this.tasks.values()) {
      if (task.token !== '') known.add(task.token);
      if (task.status === 'RUNNING' && !held.has(task.token)) this.#retry(task);
    }
    connection.send(
      serverItem('welcome', {
        sessionId: resumed ? (hello.sessionId ?? '') : this.#sessionId,
        workerId: 'worker-1',
        resumed,
        lostClaimTokens: [...held].filter((token) => !known.has(token)),
        leaseMs: 30_000,
        heartbeatMs: this.heartbeatMs,
        httpUrl: 'http://127.0.0.1:1',
        serverVersion: 'fake',
      }),
    );
  }

  #handle(id: number, item: Item): void {
    this.received.push(item);
    try {
      this.onItem?.(item);
      const detail = this.#carryOut(item);
      if (id !== 0) this.send('accepted', { id, detail });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.send('refused', { id, code: error.code, message: error.message, stored: error.stored });
    }
  }

  #carryOut(item: Item): Detail {
    switch (item.$case) {
      case 'turnCompleted':
        return { $case: 'turn', value: { sequence: this.#turn(item.value) } };
      case 'turnReleased':
        this.#releaseTurn(item.value);
        return undefined;
      case 'instanceDropped': {
        const execution = this.executions.get(item.value.workflowExecutionId);
        if (execution !== undefined) execution.held = 0;
        return undefined;
      }
      case 'historyWanted':
        this.#sendPage(item.value);
        return undefined;
      case 'attemptCompleted':
        return this.#endAttempt(item.value, (task) => ({
          type: 'TASK_COMPLETED',
          taskExecutionId: task.id,
          kind: task.kind,
          output: fromJsonBytes(item.value.output),
        }));
      case 'attemptFailed':
        return this.#endAttempt(item.value, (task) => this.#failure(task, item.value));
      case 'attemptReleased':
        this.#retry(this.#claimed(item.value));
        return undefined;
      case 'attemptEntries': {
        const task = this.#claimed(item.value);
        const skip = task.entries.length - item.value.first;
        if (skip < 0) throw new Refusal('FAILED_PRECONDITION', 'a hole', task.entries.length);
        task.entries.push(...item.value.entries.slice(skip));
        return { $case: 'entries', value: { stored: task.entries.length } };
      }
      case 'attemptLog':
        this.#claimed(item.value).logs.push(`${item.value.level} ${item.value.message}`);
        return undefined;
      case 'attemptHeartbeat':
        this.#claimed(item.value).heartbeats += 1;
        return undefined;
      case 'startWorkflow': {
        const { workflowExecutionId, request } = item.value;
        this.start(workflowExecutionId, request?.workflowKind ?? '', fromJsonBytes(request?.input ?? new Uint8Array()));
        return {
          $case: 'started',
          value: { workflowExecutionId, idempotencyKeyUsed: false, idempotencyKeyNew: true },
        };
      }
      case 'awaitResult': {
        const execution = this.executions.get(item.value.workflowExecutionId);
        if (execution === undefined) this.#tellEnd(item.value.workflowExecutionId, undefined);
        else {
          execution.isAwaited = true;
          this.#tellEndOf(execution);
        }
        return undefined;
      }
      case 'heartbeat':
        this.send('ping', { timestampMs: 0 });
        return undefined;
      case 'capacity':
        this.#capacity = { workflows: item.value.workflowCapacity, tasks: item.value.taskCapacity };
        return undefined;
      default:
        return undefined;
    }
  }

  #turn(turn: ItemOf<'turnCompleted'>): number {
    const execution = this.#execution(turn.workflowExecutionId);
    if (execution.lastTurn?.id === turn.turnId) return execution.lastTurn.sequence;
    this.#assertTurn(execution, turn);
    const { commands, outcome } = fromTurnCompleted(turn);
    for (const command of commands) this.#command(execution, command);
    execution.claim = undefined;
    execution.held = 0;
    switch (outcome?.type) {
      case 'SUSPENDED':
        this.#record(execution, { ...outcome, type: 'WORKFLOW_SUSPENDED', suspendType: 'SUSPEND_TYPE_TASK' });
        execution.status = execution.wake > turn.seenSequence ? 'PENDING' : 'WAITING';
        execution.held = turn.seenSequence;
        break;
      case 'COMPLETED':
        this.#record(execution, { ...outcome, type: 'WORKFLOW_COMPLETED' });
        execution.status = 'COMPLETED';
        break;
      case 'FAILED':
        this.#record(execution, { ...outcome, type: 'WORKFLOW_EXECUTION_FAILED' });
        execution.status = 'FAILED';
        break;
      case 'CANCELLED':
        this.#record(execution, { ...outcome, type: 'WORKFLOW_CANCELLED' });
        execution.status = 'CANCELLED';
        break;
      default:
        throw new Refusal('INVALID_ARGUMENT', 'A turn without an outcome');
    }
    this.#tellEndOf(execution);
    execution.lastTurn = { id: turn.turnId, sequence: execution.facts.length };
    return execution.facts.length;
  }

  #assertTurn(execution: FakeExecution, turn: ItemOf<'turnCompleted'>): void {
    const { claim } = execution;
    if (turn.speculative) {
      if (claim?.speculative === turn.seenSequence) return;
      if (claim?.speculative !== undefined) this.takeAway(execution);
      execution.held = 0;
      throw new Refusal('SPECULATION_MISSED');
    }
    if (claim?.token !== turn.claimToken) throw new Refusal('LEASE_LOST');
  }

  #command(execution: FakeExecution, command: Command): void {
    switch (command.type) {
      case 'SCHEDULE_TASK':
        this.#addTask(
          command.taskExecutionId,
          execution.id,
          command.kind,
          command.input,
          command.retry?.maxRetries ?? 3,
        );
        this.#record(execution, {
          type: 'TASK_SCHEDULED',
          taskExecutionId: command.taskExecutionId,
          kind: command.kind,
          input: command.input,
          queue: 'default',
          maxRetries: 3,
        });
        return;
      case 'RECORD_OPERATION':
        this.#record(execution, { ...command, type: 'OPERATION_COMPLETED' });
        return;
      case 'SET_STATE':
        this.#record(execution, { ...command, type: 'STATE_SET' });
        return;
      case 'CLEAR_STATE':
        this.#record(execution, { ...command, type: 'STATE_CLEARED' });
        return;
      default:
        throw new Refusal('UNIMPLEMENTED', `This server cannot carry out ${command.type} yet`);
    }
  }

  #releaseTurn({ workflowExecutionId, claimToken }: ItemOf<'turnReleased'>): void {
    const execution = this.#execution(workflowExecutionId);
    if (execution.claim?.token === claimToken) this.takeAway(execution);
  }

  #sendPage({ workflowExecutionId, claimToken, afterSequence }: ItemOf<'historyWanted'>): void {
    const execution = this.#execution(workflowExecutionId);
    const facts = execution.facts.slice(afterSequence, afterSequence + this.pageSize);
    this.send('historyPage', {
      workflowExecutionId,
      claimToken,
      afterSequence,
      events: facts.map((fact) => toSessionEvent({ ...fact, data: fact.data as Json })),
      last: afterSequence + facts.length === execution.facts.length,
      input: afterSequence === 0 ? toJsonBytes(execution.input) : undefined,
    });
  }

  #failure(task: FakeTask, failed: ItemOf<'attemptFailed'>): HistoryEvent | undefined {
    const { id: taskExecutionId, kind } = task;
    if (failed.cancelled) return { type: 'TASK_CANCELLED', taskExecutionId, kind, reason: failed.error };
    if (failed.retryable && task.attempt <= task.maxRetries) return undefined;
    return { type: 'TASK_FAILED', taskExecutionId, kind, error: failed.error, retryable: failed.retryable };
  }

  #endAttempt(
    end: ItemOf<'attemptCompleted'> | ItemOf<'attemptFailed'>,
    factOf: (task: FakeTask) => HistoryEvent | undefined,
  ): Detail {
    const task = this.#claimed(end);
    const answer = (sequence: number, speculationHeld: boolean): Detail => ({
      $case: 'attempt',
      value: { sequence, speculationHeld },
    });
    const execution = this.executions.get(task.executionId);
    if (task.status === 'ENDED') return this.#repeated(execution, end, answer);
    if (end.entries > task.entries.length) {
      throw new Refusal('FAILED_PRECONDITION', 'output is missing', task.entries.length);
    }
    for (let i = 0; i < end.lostEntries; i += 1) task.entries.push({ type: 'ERROR', payload: 'lost', timestampMs: 0 });
    const fact = factOf(task);
    if (fact === undefined) {
      this.#retry(task);
      return answer(0, false);
    }
    task.status = 'ENDED';
    task.ending = fact.type;
    if (execution === undefined || hasEnded(execution)) return answer(0, false);
    const sequence = execution.facts.length + 1;
    this.#record(execution, fact);
    execution.wake = sequence;
    const { speculation } = end;
    const maySpeculate =
      execution.status === 'WAITING' ? execution.held > 0 : execution.claim?.speculative === sequence - 1;
    const held = speculation?.expectedSequence === sequence && maySpeculate;
    if (held) {
      execution.claim = { token: this.#token(), speculative: sequence };
      execution.status = 'RUNNING';
    } else {
      if (speculation !== undefined) execution.held = 0;
      if (execution.status === 'WAITING') execution.status = 'PENDING';
    }
    return answer(sequence, held);
  }

  #repeated(
    execution: FakeExecution | undefined,
    { speculation }: ItemOf<'attemptCompleted'> | ItemOf<'attemptFailed'>,
    answer: (sequence: number, held: boolean) => Detail,
  ): Detail {
    const expected = speculation?.expectedSequence;
    if (execution === undefined || expected === undefined) return answer(0, false);
    const held = (execution.claim?.speculative ?? 0) >= expected || (execution.lastTurn?.sequence ?? 0) > expected;
    return answer(held ? expected : 0, held);
  }

  #claimed({ taskExecutionId, claimToken }: { taskExecutionId: string; claimToken: string }): FakeTask {
    const task = this.tasks.get(taskExecutionId);
    if (task === undefined) throw new Refusal('NOT_FOUND');
    if (task.token !== claimToken) throw new Refusal('LEASE_LOST');
    return task;
  }

  #execution(id: string): FakeExecution {
    const execution = this.executions.get(id);
    if (execution === undefined) throw new Refusal('NOT_FOUND');
    return execution;
  }

  #addTask(id: string, executionId: string, kind: string, input: Json, maxRetries: number): FakeTask {
    const task: FakeTask = {
      id,
      executionId,
      kind,
      input,
      maxRetries,
      attempt: 0,
      status: 'PENDING',
      token: '',
      entries: [],
      logs: [],
      heartbeats: 0,
      ending: undefined,
    };
    this.tasks.set(id, task);
    return task;
  }

  #retry(task: FakeTask): void {
    task.status = 'PENDING';
    task.token = '';
  }

  /** Gives work to the worker as far as it takes some. */
  #dispatch(): void {
    if (!this.isConnected) return;
    const executions = [...this.executions.values()];
    let turns = executions.filter(({ status }) => status === 'RUNNING').length;
    for (const execution of executions) {
      if (execution.status !== 'PENDING' || turns >= this.#capacity.workflows) continue;
      if (!this.assignAnyKind && !this.#kinds.workflows.has(execution.kind)) continue;
      turns += 1;
      this.#activate(execution);
    }
    const tasks = [...this.tasks.values()];
    let attempts = tasks.filter(({ status }) => status === 'RUNNING').length;
    for (const task of tasks) {
      if (task.status !== 'PENDING' || attempts >= this.#capacity.tasks) continue;
      if (!this.assignAnyKind && !this.#kinds.tasks.has(task.kind)) continue;
      attempts += 1;
      this.#assign(task);
    }
  }

  #activate(execution: FakeExecution): void {
    execution.status = 'RUNNING';
    execution.claim = { token: this.#token() };
    const after = execution.held;
    const events = execution.facts.slice(after, after + this.pageSize);
    this.send('activation', {
      workflowExecutionId: execution.id,
      claimToken: execution.claim.token,
      kind: execution.kind,
      orgId: 'org',
      queue: 'default',
      input: after === 0 ? toJsonBytes(execution.input) : undefined,
      workflowVersion: undefined,
      afterSequence: after,
      events: events.map((fact) => toSessionEvent({ ...fact, data: fact.data as Json })),
      sequence: execution.facts.length,
      createdAtMs: 0,
      parentWorkflowExecutionId: undefined,
      traceparent: '',
    });
  }

  #assign(task: FakeTask): void {
    task.status = 'RUNNING';
    task.attempt += 1;
    task.token = this.#token();
    task.entries = [];
    this.send('taskAssigned', {
      taskExecutionId: task.id,
      workflowExecutionId: task.executionId,
      claimToken: task.token,
      kind: task.kind,
      input: toJsonBytes(task.input),
      attempt: task.attempt,
      maxRetries: task.maxRetries,
      timeoutMs: undefined,
      queue: 'default',
      traceparent: '',
    });
  }

  #tellEndOf(execution: FakeExecution): void {
    const last = execution.facts.at(-1);
    if (!execution.isAwaited || last === undefined) return;
    if (hasEnded(execution)) {
      execution.isAwaited = false;
      this.#tellEnd(execution.id, execution);
    }
  }

  #tellEnd(workflowExecutionId: string, execution: FakeExecution | undefined): void {
    const data = JSON.parse(execution?.facts.at(-1)?.data ?? '{}') as {
      output?: unknown;
      error?: string;
      reason?: string;
    };
    this.send('executionEnded', {
      workflowExecutionId,
      status: execution === undefined ? 'WORKFLOW_STATUS_UNSPECIFIED' : (execution.status as 'COMPLETED'),
      output: execution?.status === 'COMPLETED' ? toJsonBytes(JSON.stringify(data.output) as Json) : undefined,
      error: data.error ?? data.reason,
      refused: execution === undefined ? 'NOT_FOUND' : undefined,
    });
  }

  #record(execution: FakeExecution, event: HistoryEvent): void {
    this.#now += 1;
    execution.facts.push({
      sequence: execution.facts.length + 1,
      type: event.type,
      data: encodeEventData(event),
      timestampMs: this.#now,
    });
  }

  #token(): string {
    this.#tokens += 1;
    return `token-${this.#tokens}`;
  }
}

export function hasEnded({ status }: FakeExecution): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Refuses the item at hand. */
export function refuse(code: string, message?: string): never {
  throw new Refusal(code, message);
}

class Connection {
  isOpen = true;
  readonly #listener: FrameListener;
  #out: ServerItem[] = [];

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  send(item: ServerItem): void {
    if (this.#out.push(item) > 1) return;
    setImmediate(() => {
      const items = this.#out;
      this.#out = [];
      if (this.isOpen) this.#listener.received({ items });
    });
  }

  close(error: Error | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    setImmediate(() => this.#listener.ended(error));
  }
}
