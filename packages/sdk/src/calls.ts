import type { CallOptions, Metadata, ServiceError } from '@grpc/grpc-js';
import {
  type QueryWorkflowRequest,
  type QueryWorkflowResponse,
  type SignalWithStartWorkflowRequest,
  type SignalWithStartWorkflowResponse,
  type SignalWorkflowRequest,
  type SignalWorkflowResponse,
  WorkflowDispatchClient,
  WorkflowQueryClient,
  clientOptions,
  fromJsonBytes,
  toJsonBytes,
} from '@flovyn/protocol/grpc';
import { FlovynError } from './errors.js';
import { deserialize, serialize } from './serde.js';
import { type Endpoint, callError, callMetadata } from './worker/connection.js';

const DEADLINE_MS = 30_000;

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** What goes to the server by single calls, beside the session. */
export class Calls {
  readonly #endpoint: Endpoint;
  readonly #token: string | undefined;
  readonly #dispatch: WorkflowDispatchClient;
  readonly #query: WorkflowQueryClient;

  constructor(endpoint: Endpoint, token: string | undefined) {
    this.#endpoint = endpoint;
    this.#token = token;
    this.#dispatch = new WorkflowDispatchClient(endpoint.target, endpoint.credentials, clientOptions);
    this.#query = new WorkflowQueryClient(endpoint.target, endpoint.credentials, clientOptions);
  }

  close(): void {
    this.#dispatch.close();
    this.#query.close();
  }

  async signal(orgId: string, workflowExecutionId: string, signalName: string, value: unknown): Promise<number> {
    const request = { orgId, workflowExecutionId, signalName, signalValue: bytes(value) };
    const { signalEventSequence } = await this.#call<SignalWorkflowRequest, SignalWorkflowResponse>(
      `Signal "${signalName}"`,
      request,
      (...call) => this.#dispatch.signalWorkflow(...call),
    );
    return signalEventSequence;
  }

  signalWithStart(request: SignalWithStartWorkflowRequest): Promise<SignalWithStartWorkflowResponse> {
    return this.#call(`Signal "${request.signalName}" with start`, request, (...call) =>
      this.#dispatch.signalWithStartWorkflow(...call),
    );
  }

  async resolvePromise(promiseId: string, value: unknown): Promise<void> {
    const request = { promiseId, value: bytes(value) };
    await this.#call(`Resolving promise ${promiseId}`, request, (...call) => this.#dispatch.resolvePromise(...call));
  }

  async rejectPromise(promiseId: string, error: string): Promise<void> {
    const request = { promiseId, error };
    await this.#call(`Rejecting promise ${promiseId}`, request, (...call) => this.#dispatch.rejectPromise(...call));
  }

  async query<T>(workflowExecutionId: string, queryName: string, args: unknown): Promise<T> {
    const request = { workflowExecutionId, queryName, params: bytes(args) };
    const { result, error } = await this.#call<QueryWorkflowRequest, QueryWorkflowResponse>(
      `Query "${queryName}"`,
      request,
      (...call) => this.#query.queryWorkflow(...call),
    );
    if (error !== undefined && error !== '') throw new FlovynError(`Query "${queryName}" failed: ${error}`);
    return deserialize<T>(fromJsonBytes(result));
  }

  #call<Request, Response>(attempted: string, request: Request, call: Unary<Request, Response>): Promise<Response> {
    return new Promise((resolve, reject) => {
      call(request, callMetadata(this.#token), { deadline: Date.now() + DEADLINE_MS }, (error, response) => {
        if (error === null) resolve(response);
        else reject(callError(error, this.#endpoint.serverUrl, attempted));
      });
    });
  }
}

/** A value as a payload. */
export function bytes(value: unknown): Uint8Array {
  return toJsonBytes(serialize(value));
}
