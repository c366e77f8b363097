import { randomUUID } from 'node:crypto';
import type { StartWorkflowRequest, SubmitTaskRequest } from '@flovyn/protocol/grpc';
import { type TestContext, afterAll, beforeAll } from 'vitest';
import { type Caller, openCaller } from './caller.js';
import { TASK_KIND, WORKFLOW_KIND } from './commands.js';
import { eventually } from './conditions.js';
import { type ForeignWorker, type ForeignWorkerOptions, connectForeignWorker } from './foreign-worker.js';
import { type HistoryLine, isTerminal, readHistory } from './history.js';
import { toBytes } from './json-bytes.js';
import { type Rest, restOf } from './rest.js';
import { assertSound } from './sound.js';
import type { WireTarget } from './target.js';

/** What a case works with. Everything it makes stands in a queue that nobody else knows. */
export interface Bench {
  readonly target: WireTarget;
  readonly caller: Caller;
  readonly queue: string;
  /** A registered worker on the case's queue; it goes when the case ends. */
  worker(options?: Partial<ForeignWorkerOptions>): Promise<ForeignWorker>;
  /** Starts an execution and gives its id. */
  start(request?: Partial<StartWorkflowRequest>): Promise<string>;
  /** Creates a task of its own and gives its id. */
  startTask(request?: Partial<SubmitTaskRequest>): Promise<string>;
  /** Sends a signal and gives its number. */
  signal(workflowExecutionId: string, signalName: string, value?: unknown): Promise<number>;
  history(workflowExecutionId: string): Promise<readonly HistoryLine[]>;
  /** Names of the facts, in order. */
  facts(workflowExecutionId: string): Promise<string[]>;
  /** Waits until a fact of this name is there, and gives the first one. */
  fact(workflowExecutionId: string, type: string): Promise<HistoryLine>;
  /** Waits for the end, and gives it. */
  end(workflowExecutionId: string): Promise<HistoryLine>;
  /** The UUID of a promise, found as clients find it: by its name in the history. */
  promiseId(workflowExecutionId: string, promiseName: string): Promise<string>;
}

/** Runs cases against the target. */
export interface Wire {
  withBench(body: (bench: Bench) => Promise<void>): Promise<void>;
  /** With the REST side too; skipped where there is none. */
  withRest(context: TestContext, body: (bench: Bench, rest: Rest) => Promise<void>): Promise<void>;
  /** With a worker's key of another organisation; skipped where there is none. */
  withNeighbour(context: TestContext, body: (bench: Bench, neighbour: Caller) => Promise<void>): Promise<void>;
  /** A caller with a key of its own choice, or none. Whoever opens it closes it. */
  openAs(key: string | undefined): Caller;
}

/** Opens the target for the suites of one `describe`. */
export function setUpWire(giveTarget: () => WireTarget | Promise<WireTarget>): Wire {
  let opened: { readonly target: WireTarget; readonly caller: Caller; readonly neighbour?: Caller } | undefined;
  beforeAll(async () => {
    const target = await giveTarget();
    const { grpcUrl, orgId, workerKey: key, otherOrg } = target;
    const caller = openCaller({ grpcUrl, orgId, key });
    opened = {
      target,
      caller,
      ...(otherOrg && { neighbour: openCaller({ grpcUrl, orgId: otherOrg.orgId, key: otherOrg.workerKey }) }),
    };
    // Two minutes: the giver may start a server with a database of its own first.
  }, 120_000);
  afterAll(() => {
    opened?.caller.close();
    opened?.neighbour?.close();
  });
  const use = () => {
    if (opened === undefined) throw new Error('The target is opened before the first case and not earlier');
    return opened;
  };

  async function withBench(body: (bench: Bench) => Promise<void>): Promise<void> {
    const { target, caller } = use();
    const workers: ForeignWorker[] = [];
    const started = new Set<string>();
    try {
      const bench = createBench(target, caller, workers, started);
      await body(bench);
      for (const id of started) assertSound(await bench.history(id));
    } finally {
      await Promise.all(workers.map((worker) => worker.close()));
    }
  }

  return {
    withBench,
    async withRest(context, body) {
      const rest = restOf(use().target);
      if (rest === undefined) return context.skip('needs the address of the REST side and the key of a user');
      await withBench((bench) => body(bench, rest));
    },
    async withNeighbour(context, body) {
      const { neighbour } = use();
      if (neighbour === undefined) return context.skip('needs a second organisation');
      await withBench((bench) => body(bench, neighbour));
    },
    openAs: (key) => openCaller({ grpcUrl: use().target.grpcUrl, orgId: use().target.orgId, key }),
  };
}

function createBench(target: WireTarget, caller: Caller, workers: ForeignWorker[], started: Set<string>): Bench {
  const queue = `wire-${randomUUID()}`;
  const { orgId } = caller;
  /** A worker that stumbled would leave the case waiting for nothing. */
  const assertHealthy = (): void => {
    for (const { errors } of workers) if (errors.length > 0) throw errors[0];
  };

  const bench: Bench = {
    target,
    caller,
    queue,
    async worker(options = {}) {
      const worker = await connectForeignWorker(caller, { queue, ...options });
      workers.push(worker);
      return worker;
    },
    async start(request = {}) {
      const message = { orgId, workflowKind: WORKFLOW_KIND, input: toBytes(null), queue, ...request };
      const { workflowExecutionId } = await caller.startWorkflow(message);
      started.add(workflowExecutionId);
      return workflowExecutionId;
    },
    async startTask(request = {}) {
      const message = { orgId, kind: TASK_KIND, input: toBytes(null), queue, ...request };
      return (await caller.submitTask(message)).taskExecutionId;
    },
    async signal(workflowExecutionId, signalName, value = null) {
      const message = { orgId, workflowExecutionId, signalName, signalValue: toBytes(value) };
      return (await caller.signalWorkflow(message)).signalEventSequence;
    },
    history: (id) => readHistory(caller, id),
    facts: async (id) => (await readHistory(caller, id)).map(({ type }) => type),
    fact: (id, type) =>
      eventually(`${type} of ${id}`, async () => {
        assertHealthy();
        return (await readHistory(caller, id)).find((line) => line.type === type);
      }),
    end: (id) =>
      eventually(`the end of ${id}`, async () => {
        assertHealthy();
        return (await readHistory(caller, id)).find(isTerminal);
      }),
    async promiseId(id, promiseName) {
      const created = await eventually(`the promise ${promiseName} of ${id}`, async () => {
        assertHealthy();
        const lines = await readHistory(caller, id);
        return lines.find(({ type, data }) => type === 'PROMISE_CREATED' && data['promiseName'] === promiseName);
      });
      return String(created.data['promiseId']);
    },
  };
  return bench;
}
