import { type CallOptions, Client, Metadata, credentials } from '@grpc/grpc-js';
import {
  TaskExecutionService,
  WorkerLifecycleService,
  WorkflowDispatchService,
  WorkflowQueryService,
} from '@flovyn/protocol/grpc';

/** Calls a method. What the message leaves out is unset, as in every language. */
export type Call<Request, Response> = (message: Partial<Request>, settings?: CallSettings) => Promise<Response>;

export interface CallSettings {
  /** Ends the call from the caller's side, as a process does that goes away. */
  readonly signal?: AbortSignal | undefined;
}

interface Unary {
  readonly path: string;
  readonly requestStream: false;
  readonly responseStream: false;
}

/** A unary method as the generated service describes it. */
interface Method<Request, Response> extends Unary {
  readonly requestSerialize: (message: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

type CallsOf<Service> = {
  readonly [Name in keyof Service as Service[Name] extends Unary ? Name : never]: Service[Name] extends Method<
    infer Request,
    infer Response
  >
    ? Call<Request, Response>
    : never;
};

/** Every unary method of the services a worker uses. */
export interface Caller
  extends
    CallsOf<typeof WorkflowDispatchService>,
    CallsOf<typeof WorkflowQueryService>,
    CallsOf<typeof TaskExecutionService>,
    CallsOf<typeof WorkerLifecycleService> {
  readonly orgId: string;
  /** For what is no unary call. */
  readonly client: Client;
  /** What every call carries, and nothing else: the key. */
  metadata(): Metadata;
  /** Ends the calls that have no answer yet. */
  close(): void;
}

export interface CallerOptions {
  readonly grpcUrl: string;
  readonly orgId: string;
  /** Sent as the bearer; without one nothing is sent at all. */
  readonly key?: string | undefined;
  /** How often it pings, in milliseconds; half a minute unless given, as the published workers do. */
  readonly pingMs?: number | undefined;
}

const SERVICES = [WorkflowDispatchService, WorkflowQueryService, TaskExecutionService, WorkerLifecycleService];

/** As the published workers connect: they ping between calls too, and set no deadlines. */
const CHANNEL = { 'grpc.keepalive_timeout_ms': 10_000, 'grpc.keepalive_permit_without_calls': 1 };

/** The generated stubs and a key: all that a worker in another language has. Whoever opens it closes it. */
export function openCaller({ grpcUrl, orgId, key, pingMs = 30_000 }: CallerOptions): Caller {
  const isSecure = grpcUrl.startsWith('https:');
  const address = grpcUrl.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const channel = { ...CHANNEL, 'grpc.keepalive_time_ms': pingMs };
  const client = new Client(address, isSecure ? credentials.createSsl() : credentials.createInsecure(), channel);
  const metadata = (): Metadata => {
    const made = new Metadata();
    if (key !== undefined) made.set('authorization', `Bearer ${key}`);
    return made;
  };
  const closing = new AbortController();
  const calls = SERVICES.flatMap((service) =>
    Object.entries<{ readonly requestStream: boolean; readonly responseStream: boolean }>(service)
      .filter(([, method]) => !method.requestStream && !method.responseStream)
      .map(
        ([name, method]) => [name, unary(client, method as Method<object, unknown>, metadata, closing.signal)] as const,
      ),
  );
  return {
    ...(Object.fromEntries(calls) as unknown as Caller),
    orgId,
    client,
    metadata,
    close() {
      closing.abort();
      client.close();
    },
  };
}

function unary<Request extends object, Response>(
  client: Client,
  { path, requestSerialize, requestDeserialize, responseDeserialize }: Method<Request, Response>,
  metadata: () => Metadata,
  closing: AbortSignal,
): Call<Request, Response> {
  // A message of no bytes is the message in which nothing is set.
  const unset = requestDeserialize(Buffer.alloc(0));
  return (message, { signal } = {}) =>
    new Promise((resolve, reject) => {
      const options: CallOptions = {};
      const ends = signal === undefined ? [closing] : [closing, signal];
      const call = client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { ...unset, ...message },
        metadata(),
        options,
        (error, response) => {
          for (const end of ends) end.removeEventListener('abort', cancel);
          if (error !== null) reject(error);
          else if (response === undefined) reject(new Error(`${path} answered without a message`));
          else resolve(response);
        },
      );
      const cancel = (): void => call.cancel();
      for (const end of ends) end.addEventListener('abort', cancel, { once: true });
      if (ends.some(({ aborted }) => aborted)) cancel();
    });
}
