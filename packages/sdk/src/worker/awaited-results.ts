import type { ExecutionEnded } from '@flovyn/protocol/grpc';
import type { Answer, Session } from './session.js';
import { TurnoverMap } from './turnover-map.js';

interface Awaited {
  readonly promise: Promise<ExecutionEnded>;
  resolve(ended: ExecutionEnded): void;
  reject(error: Error): void;
}

/** The executions somebody here waits for: each is asked for once, and again over every new connection. */
export class AwaitedResults {
  readonly #session: Pick<Session, 'request' | 'send'>;
  readonly #refusal: (answer: Extract<Answer, { readonly isAccepted: false }>) => Error;
  readonly #awaited = new TurnoverMap<string, Awaited>();

  constructor(
    session: Pick<Session, 'request' | 'send'>,
    refusal: (answer: Extract<Answer, { readonly isAccepted: false }>) => Error,
  ) {
    this.#session = session;
    this.#refusal = refusal;
  }

  /** How an execution ends, however long that takes. */
  await(workflowExecutionId: string): Promise<ExecutionEnded> {
    const known = this.#awaited.get(workflowExecutionId);
    if (known !== undefined) return known.promise;
    const awaited = settleable();
    this.#awaited.set(workflowExecutionId, awaited);
    this.#session.request('awaitResult', { workflowExecutionId }, (answer) => {
      if (answer.isAccepted) return;
      this.#awaited.delete(workflowExecutionId);
      awaited.reject(this.#refusal(answer));
    });
    return awaited.promise;
  }

  ended(end: ExecutionEnded): void {
    const awaited = this.#awaited.get(end.workflowExecutionId);
    this.#awaited.delete(end.workflowExecutionId);
    awaited?.resolve(end);
  }

  reconnected(): void {
    for (const [workflowExecutionId] of this.#awaited.entries())
      this.#session.send('awaitResult', { workflowExecutionId });
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#awaited.values()) reject(error);
    this.#awaited.clear();
  }
}

function settleable(): Awaited {
  let resolve!: Awaited['resolve'];
  let reject!: Awaited['reject'];
  const promise = new Promise<ExecutionEnded>((onEnd, onError) => {
    resolve = onEnd;
    reject = onError;
  });
  // Whoever asked may have lost interest by the time the client stops.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
