import { ServiceError } from '@flovyn/protocol';
import type { HandOver, QueryAnswer, QueryRequest, Replay } from '../engine.js';
import { noExecution } from '../execution/refusals.js';
import type { WorkflowState } from '../execution/state.js';
import type { SessionId } from '../ids.js';
import type { Neighbours } from '../ports/neighbours.js';
import type { Queries } from '../ports/store.js';
import type { Ids, Timer } from '../ports/surroundings.js';

/** Who can be asked: the worker of a session of this process that is connected. */
export interface Answerer {
  /** What it has of the execution's history in memory; 0 for nothing. */
  held(id: QueryRequest['id']): number;
  deliver(work: HandOver): void;
}

export interface QuestionParts {
  readonly queries: Queries;
  readonly ids: Ids;
  readonly timer: Timer;
  /** The session of an id that is connected here. */
  readonly session: (id: SessionId) => Answerer | undefined;
  /** One that can run the code. */
  readonly anybody: (workflow: WorkflowState) => Answerer | undefined;
  readonly neighbours: Pick<Neighbours, 'ask'>;
}

/** Most questions that wait for their answers at a time. */
const MOST = 10_000;

/** Questions to running code, and who waits for the answers. */
export class Questions {
  readonly #parts: QuestionParts;
  readonly #waiting = new Map<string, (answer: QueryAnswer) => void>();

  constructor(parts: QuestionParts) {
    this.#parts = parts;
  }

  /** Asks the session with the live instance, wherever it is connected; else one that can run the code, here or there. */
  async ask(request: QueryRequest): Promise<QueryAnswer | undefined> {
    const { queries, session, anybody, neighbours } = this.#parts;
    const { orgId, id } = request;
    const record = await queries.workflow(orgId, id);
    if (record === undefined) throw noExecution(id);
    const { workflow } = record;
    const { holder } = workflow;
    const live = holder === undefined ? undefined : session(holder);
    if (live !== undefined) return this.#askWorker(live, request, workflow);
    const elsewhere = holder === undefined ? undefined : await neighbours.ask({ holder }, request);
    if (elsewhere !== undefined) return elsewhere;
    const other = anybody(workflow);
    if (other !== undefined) return this.#askWorker(other, request, workflow);
    const { queue, kind } = workflow;
    return neighbours.ask({ orgId, queue, kind }, request);
  }

  /** Asks a session of this process, for a neighbour. */
  async askHere(holder: SessionId, request: QueryRequest): Promise<QueryAnswer | undefined> {
    const asked = this.#parts.session(holder);
    if (asked === undefined) return undefined;
    const record = await this.#parts.queries.workflow(request.orgId, request.id);
    if (record === undefined) throw noExecution(request.id);
    return this.#askWorker(asked, request, record.workflow);
  }

  answer(queryId: string, answer: QueryAnswer): boolean {
    const waiting = this.#waiting.get(queryId);
    this.#waiting.delete(queryId);
    waiting?.(answer);
    return waiting !== undefined;
  }

  async #askWorker(asked: Answerer, request: QueryRequest, workflow: WorkflowState): Promise<QueryAnswer> {
    const { ids, timer } = this.#parts;
    const { id: executionId, name, params } = request;
    if (this.#waiting.size >= MOST) {
      throw new ServiceError('RESOURCE_EXHAUSTED', `${MOST} queries wait for their answers. Try again shortly.`);
    }
    const replay = asked.held(executionId) > 0 ? undefined : await this.#replay(request, workflow);
    const queryId = ids.token();
    return new Promise((resolve, reject) => {
      const stop = timer.after(request.timeoutMs, () => {
        this.#waiting.delete(queryId);
        const message = `Nobody answered query "${name}" of execution ${executionId} within ${request.timeoutMs} ms.`;
        reject(new ServiceError('DEADLINE_EXCEEDED', message));
      });
      this.#waiting.set(queryId, (answer) => {
        stop();
        resolve(answer);
      });
      asked.deliver({ type: 'query', queryId, executionId, name, params, replay });
    });
  }

  async #replay({ orgId, id }: QueryRequest, workflow: WorkflowState): Promise<Replay> {
    const events = await this.#parts.queries.history(orgId, id, {});
    const { kind, queue, input, workflowVersion, parentId, createdAt } = workflow;
    return { kind, orgId, queue, input, workflowVersion, parentId, events: events ?? [], createdAt };
  }
}
