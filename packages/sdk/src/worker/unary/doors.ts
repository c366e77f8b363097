import { Client, type MethodDefinition, type StatusObject, status } from '@grpc/grpc-js';
import { ServiceError } from '@flovyn/protocol';
import {
  type CancelTaskRequest,
  type CompleteTaskRequest,
  type FailTaskRequest,
  type GetEventsRequest,
  type GetEventsResponse,
  type HeartbeatRequest,
  type LogMessageRequest,
  type PollRequest,
  type PollResponse,
  type PollTaskRequest,
  type PollTaskResponse,
  type ReportProgressRequest,
  type SignalWorkflowRequest,
  type SignalWorkflowResponse,
  type StartWorkflowRequest,
  type StartWorkflowResponse,
  type StreamTaskDataRequest,
  type StreamTaskDataResponse,
  type SubmitWorkflowCommandsRequest,
  TaskExecutionService,
  type WorkerHeartbeatRequest,
  WorkerLifecycleService,
  type WorkerRegistrationRequest,
  type WorkerRegistrationResponse,
  WorkflowDispatchService,
  clientOptions,
  fromGrpcError,
  isBareStatus,
} from '@flovyn/protocol/grpc';
import { type Endpoint, callMetadata, isStatus } from '../connection.js';

type Nothing = object;

/** The single calls of a worker, which every published server answers: what each asks, and what it is answered. */
export interface Exchanges {
  registerWorker: [WorkerRegistrationRequest, WorkerRegistrationResponse];
  sendHeartbeat: [WorkerHeartbeatRequest, Nothing];
  pollWorkflow: [PollRequest, PollResponse];
  getEvents: [GetEventsRequest, GetEventsResponse];
  submitWorkflowCommands: [SubmitWorkflowCommandsRequest, Nothing];
  startWorkflow: [StartWorkflowRequest, StartWorkflowResponse];
  signalWorkflow: [SignalWorkflowRequest, SignalWorkflowResponse];
  pollTask: [PollTaskRequest, PollTaskResponse];
  completeTask: [CompleteTaskRequest, Nothing];
  failTask: [FailTaskRequest, Nothing];
  cancelTask: [CancelTaskRequest, Nothing];
  heartbeat: [HeartbeatRequest, Nothing];
  reportProgress: [ReportProgressRequest, Nothing];
  logMessage: [LogMessageRequest, Nothing];
  streamTaskData: [StreamTaskDataRequest, StreamTaskDataResponse];
}

export type DoorName = keyof Exchanges;
export type RequestOf<Name extends DoorName> = Exchanges[Name][0];
export type ResponseOf<Name extends DoorName> = Exchanges[Name][1];

/** Makes one call. Rejects with a `ServiceError`: ABORTED when `signal` ended it. */
export type Call = <Name extends DoorName>(
  name: Name,
  request: RequestOf<Name>,
  signal?: AbortSignal,
) => Promise<ResponseOf<Name>>;

/** The way to a server by single calls. */
export interface Doors {
  readonly call: Call;
  /** Makes no more calls; those under way are answered. */
  close(): void;
}

/** A poll is answered when its server likes; every other call takes this long at most. */
const DEADLINE_MS = 30_000;

/** How the library words the end of a call without an answer. */
const CUT_OFF = 'Received RST_STREAM';

type Method<Name extends DoorName> = Pick<
  MethodDefinition<RequestOf<Name>, ResponseOf<Name>>,
  'path' | 'requestSerialize' | 'responseDeserialize'
>;

const methods: { readonly [Name in DoorName]: Method<Name> } = {
  ...WorkerLifecycleService,
  ...WorkflowDispatchService,
  ...TaskExecutionService,
};

/** Opens the doors of a server. All calls share one connection, so that each of them is a sign of life for all. */
export function openDoors(endpoint: Endpoint, token: string | undefined): Doors {
  // Of its own: a shared one would make calls wait for the attempts that others have paced.
  const options = { ...clientOptions, 'grpc.use_local_subchannel_pool': 1 };
  const client = new Client(endpoint.target, endpoint.credentials, options);
  const call: Call = (name, request, signal) => {
    const { path, requestSerialize, responseDeserialize } = methods[name];
    const limits = name === 'pollWorkflow' || name === 'pollTask' ? {} : { deadline: Date.now() + DEADLINE_MS };
    return new Promise((resolve, reject) => {
      const made = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        callMetadata(token),
        limits,
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error !== null) reject(failureOf(error, name, signal));
          else if (response !== undefined) resolve(response);
        },
      );
      const cancel = (): void => made.cancel();
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  };
  return { call, close: () => client.close() };
}

/** What a failed call means. One that was cut off on its way is bad weather: it may have been carried out. */
function failureOf(error: StatusObject, name: DoorName, signal: AbortSignal | undefined): ServiceError {
  // CANCELLED is what a proxy says that gives up; to a heartbeat a server says it of the task.
  const isGivenUp = error.code === status.CANCELLED && signal?.aborted !== true && name !== 'heartbeat';
  const isCut = error.code === status.INTERNAL && error.details.startsWith(CUT_OFF);
  if (!isGivenUp && !isCut) return fromGrpcError(error);
  return new ServiceError('UNAVAILABLE', error.details, { cause: error });
}

/** Whether a server of another make refused a call: it says the bare status. */
export function isBare({ cause }: ServiceError): boolean {
  return isStatus(cause) && isBareStatus(cause);
}

/** Whether the call may succeed on another connection, or later: what came of this one is not known. */
export function isWeather({ code }: ServiceError): boolean {
  return code === 'UNAVAILABLE' || code === 'DEADLINE_EXCEEDED' || code === 'UNAUTHENTICATED';
}
