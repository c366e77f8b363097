import type { Activation, HeldClaim, HeldInstance, HistoryPage, Query } from '@flovyn/protocol/grpc';
import { createWorkflowLogger } from '../workflow.js';
import { FlovynError, shortMessage, toError } from '../errors.js';
import { isMadeByTurn } from '../replay/event-handlers.js';
import type { Turn } from '../replay/replayer.js';
import type { Logger, WorkflowDefinition, WorkflowHook } from '../types.js';
import { Instance, type InstanceHost, type TaskEnd } from './instance.js';
import { InstanceCache } from './instance-cache.js';
import type { Insistence } from './insistence.js';
import { replayQuery } from './replay-query.js';
import { FailureStreaks, restMs } from './rest.js';
import type { Session } from './session.js';
import { TurnoverMap } from './turnover-map.js';

export interface WorkflowWorkerOptions {
  readonly session: Pick<Session, 'send'>;
  readonly insistence: Pick<Insistence, 'request'>;
  readonly definitions: ReadonlyMap<string, WorkflowDefinition>;
  /** Live instances kept in memory. */
  readonly maxInstances: number;
  readonly hooks: readonly WorkflowHook[];
  /** For the worker's own words. */
  readonly logger: Logger;
  /** For the words of workflow code; the console, with kind and id, when absent. */
  readonly workflowLogger: Logger | undefined;
  /** Called with every execution whose code begins here. */
  readonly onReceived?: (workflowExecutionId: string) => void;
  /** Called with every execution that ended here, and how long after it was received. */
  readonly onEnded?: (workflowExecutionId: string, durationMs: number, error: string | undefined) => void;
  /** Called with every turn that could not be played. */
  readonly onSetback?: (workflowExecutionId: string, error: string) => void;
}

/** Plays the turns of the executions this worker was given. */
export class WorkflowWorker {
  readonly #options: WorkflowWorkerOptions;
  readonly #instances: InstanceCache<Instance>;
  /** Every claim that was not given back yet, with the instance that has it. */
  readonly #claims = new TurnoverMap<string, Instance>();
  /** Kinds whose code reads the time: a result ahead of its confirmation has none. */
  readonly #timeReaders = new Set<string>();
  readonly #receivedAt = new WeakMap<Instance, number>();
  readonly #streaks = new FailureStreaks();
  readonly #host: InstanceHost;

  constructor(options: WorkflowWorkerOptions) {
    this.#options = options;
    this.#instances = new InstanceCache(options.maxInstances);
    this.#host = {
      session: options.session,
      insistence: options.insistence,
      logger: options.logger,
      setBack: (instance, error) => this.#setBack(instance, error),
      forget: (instance) => this.#instances.forget(instance),
      activate: (activation) => this.activate(activation),
      claimed: (token, instance) => this.#claims.set(token, instance),
      unclaimed: (token) => this.#claims.delete(token),
      rested: () => this.#instances.makeRoom(),
      ended: (instance, turn) => this.#ended(instance, turn),
      readsTime: (kind) => this.#timeReaders.add(kind),
      maySpeculate: (kind) => !this.#timeReaders.has(kind),
    };
  }

  /** How many turns this worker has. */
  get active(): number {
    return this.#claims.size;
  }

  activate(activation: Activation): void {
    const { workflowExecutionId, claimToken, kind } = activation;
    const definition = this.#options.definitions.get(kind);
    if (definition === undefined) {
      const value = { workflowExecutionId, claimToken, reason: `This worker has no workflow "${kind}"` };
      const what = `The return of a turn of workflow "${kind}" (${workflowExecutionId})`;
      const subject = { workType: 'workflow', executionId: workflowExecutionId, what } as const;
      this.#options.insistence.request({ kind: 'turnReleased', value }, subject, () => undefined);
      return;
    }
    const instance = this.#instances.peek(workflowExecutionId) ?? this.#create(workflowExecutionId, definition);
    this.#instances.use(instance);
    const isFirst =
      activation.afterSequence === 0 && !activation.events.some(({ eventType }) => isMadeByTurn(eventType));
    if (isFirst) this.#tellHooks((hook) => hook.onStarted?.(workflowExecutionId, kind));
    instance.activate(activation);
  }

  receivedPage(page: HistoryPage): void {
    this.#claims.get(page.claimToken)?.receivedPage(page);
  }

  query(query: Query): void {
    const instance = this.#instances.peek(query.workflowExecutionId);
    if (instance !== undefined) {
      instance.answer(query);
      return;
    }
    void this.#answerByReplay(query);
  }

  async #answerByReplay(query: Query): Promise<void> {
    const { session, definitions } = this.#options;
    const { queryId, replay, workflowExecutionId } = query;
    const definition = replay === undefined ? undefined : definitions.get(replay.kind);
    try {
      if (replay === undefined || definition === undefined) {
        throw new FlovynError(`This worker does not hold execution ${workflowExecutionId}`);
      }
      session.send('queryAnswered', { queryId, result: await replayQuery(query, replay, definition) });
    } catch (error) {
      session.send('queryAnswered', { queryId, error: shortMessage(error) });
    }
  }

  /** Applies a task's end ahead of its confirmation where the workflow that waits for it is here. */
  offer(workflowExecutionId: string, end: TaskEnd): boolean {
    return this.#instances.peek(workflowExecutionId)?.offer(end) ?? false;
  }

  /** What a new connection is told. */
  held(): { readonly turns: HeldClaim[]; readonly instances: HeldInstance[] } {
    const turns = Array.from(this.#claims.entries(), ([claimToken, { id }]) => ({
      workflowExecutionId: id,
      claimToken,
    }));
    const instances: HeldInstance[] = [];
    for (const { id, recordedSequence } of this.#instances.values()) {
      if (recordedSequence > 0) instances.push({ workflowExecutionId: id, sequence: recordedSequence });
    }
    return { turns, instances };
  }

  reconnected(lostTokens: ReadonlySet<string>): void {
    for (const [token, instance] of this.#claims.entries()) if (lostTokens.has(token)) instance.lost(token);
  }

  #create(id: string, definition: WorkflowDefinition): Instance {
    const instance = new Instance({
      id,
      definition,
      host: this.#host,
      logger: this.#options.workflowLogger ?? createWorkflowLogger(id, definition.name),
    });
    this.#receivedAt.set(instance, performance.now());
    this.#options.onReceived?.(id);
    return instance;
  }

  #setBack({ id }: Instance, error: string): number {
    this.#options.onSetback?.(id, error);
    return restMs(this.#streaks.failed(id), Math.random());
  }

  #ended(instance: Instance, { outcome }: Turn): void {
    this.#instances.forget(instance);
    const { id, definition } = instance;
    const now = performance.now();
    const durationMs = now - (this.#receivedAt.get(instance) ?? now);
    if (outcome.type === 'COMPLETED') {
      this.#tellHooks((hook) => hook.onCompleted?.(id, definition.name));
      this.#options.onEnded?.(id, durationMs, undefined);
    } else {
      const message = outcome.type === 'FAILED' ? outcome.error : outcome.reason;
      this.#tellHooks((hook) => hook.onFailed?.(id, definition.name, new Error(message)));
      this.#options.onEnded?.(id, durationMs, message);
    }
  }

  #tellHooks(tell: (hook: WorkflowHook) => void): void {
    for (const hook of this.#options.hooks) {
      try {
        tell(hook);
      } catch (error) {
        this.#options.logger.warn(`A workflow hook threw: ${toError(error).message}`);
      }
    }
  }
}
