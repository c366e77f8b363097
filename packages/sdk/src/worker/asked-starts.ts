import type { StartWorkflow, WorkflowStarted } from '@flovyn/protocol/grpc';
import type { Answer, Session } from './session.js';

/** The executions somebody here starts: each is answered once, by the server or by the end of the worker. */
export class AskedStarts {
  readonly #session: Pick<Session, 'request'>;
  readonly #refusal: (answer: Extract<Answer, { readonly isAccepted: false }>) => Error;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(
    session: Pick<Session, 'request'>,
    refusal: (answer: Extract<Answer, { readonly isAccepted: false }>) => Error,
  ) {
    this.#session = session;
    this.#refusal = refusal;
  }

  start(start: StartWorkflow): Promise<WorkflowStarted> {
    const { workflowExecutionId } = start;
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      this.#session.request('startWorkflow', start, (answer) => {
        this.#waiting.delete(reject);
        if (!answer.isAccepted) reject(this.#refusal(answer));
        else if (answer.detail?.$case === 'started') resolve(answer.detail.value);
        else resolve({ workflowExecutionId, idempotencyKeyUsed: false, idempotencyKeyNew: true });
      });
    });
  }

  rejectAll(error: Error): void {
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }
}
