import { ServiceError } from '@flovyn/protocol';
import type { HandOver, QueryAnswer, QueryRequest, Replay } from '../engine.js';
import { noExecution } from '../execution/refusals.js';
import type { WorkflowState } from '../execution/state.js';
import type { Queries } from '../ports/store.js';
import type { Ids, Timer } from '../ports/surroundings.js';

/** Who can be asked: the worker of a session of this process. */
export interface Answerer {
  /** What it has of the execution's history in memory; 0 for nothing. */
  held(id: QueryRequest['id']): number;
  deliver(work: HandOver): void;
}

export interface QuestionParts {
  readonly queries: Queries;
  readonly ids: Ids;
  readonly timer: Timer;
  /** The one with the live instance, else one that can run the code. */
  readonly answerer: (workflow: WorkflowState) => Answerer | undefined;
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

  async ask(request: QueryRequest): Promise<QueryAnswer | undefined> {
    const { queries, answerer, ids, timer } = this.#parts;
    const { orgId, id: executionId, name, params } = request;
    const record = await queries.workflow(orgId, executionId);
    if (record === undefined) throw noExecution(executionId);
    const asked = answerer(record.workflow);
    if (asked === undefined) return undefined;
    if (this.#waiting.size >= MOST) {
      throw new ServiceError('RESOURCE_EXHAUSTED', `${MOST} queries wait for their answers. Try again shortly.`);
    }
    const replay = asked.held(executionId) > 0 ? undefined : await this.#replay(request, record.workflow);
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

  answer(queryId: string, answer: QueryAnswer): boolean {
    const waiting = this.#waiting.get(queryId);
    this.#waiting.delete(queryId);
    waiting?.(answer);
    return waiting !== undefined;
  }

  async #replay({ orgId, id }: QueryRequest, workflow: WorkflowState): Promise<Replay> {
    const events = await this.#parts.queries.history(orgId, id, {});
    const { kind, queue, input, workflowVersion, parentId, createdAt } = workflow;
    return { kind, orgId, queue, input, workflowVersion, parentId, events: events ?? [], createdAt };
  }
}
