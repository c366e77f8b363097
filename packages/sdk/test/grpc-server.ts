import { Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import {
  type ServerFrame,
  WorkerFrame,
  WorkerSessionService,
  WorkflowDispatchService,
  WorkflowQueryService,
  serverOptions,
  toJsonBytes,
} from '@flovyn/protocol/grpc';
import { toJson } from '@flovyn/protocol';
import type { FakeServer } from './fake-server.js';

type SessionCall = ServerDuplexStream<WorkerFrame, ServerFrame>;

export interface RunningServer {
  readonly url: string;
  /** The bearer tokens of the sessions that were opened. */
  readonly tokens: (string | undefined)[];
  /** Unary calls, by name with their requests. */
  readonly calls: { readonly name: string; readonly request: unknown }[];
  close(): void;
}

/** Serves a fake server over gRPC. */
export async function serve(fake: FakeServer, options: { readonly refuseToken?: string } = {}): Promise<RunningServer> {
  const server = new Server(serverOptions);
  const tokens: (string | undefined)[] = [];
  const calls: RunningServer['calls'] = [];
  server.addService(WorkerSessionService, {
    connect: (call: SessionCall) => {
      const token = String(call.metadata.get('authorization')[0] ?? '').replace('Bearer ', '') || undefined;
      tokens.push(token);
      if (token !== undefined && token === options.refuseToken) {
        call.emit('error', { code: status.UNAUTHENTICATED, details: 'The token is not known' });
        return;
      }
      const stream = fake.connect({
        received: (frame) => call.write(frame),
        drained: () => undefined,
        ended: () => call.end(),
      });
      call.on('data', (frame: WorkerFrame) => stream.write(WorkerFrame.encode(frame).finish()));
      call.on('end', () => stream.end());
      call.on('cancelled', () => stream.cancel());
    },
  });
  const answer =
    (name: string, reply: object) =>
    (call: { request: unknown }, callback: (error: null, response: object) => void): void => {
      calls.push({ name, request: call.request });
      callback(null, reply);
    };
  const refuse = (_call: unknown, callback: (error: object) => void): void =>
    callback({ code: status.UNIMPLEMENTED, details: 'not here' });
  const others = Object.fromEntries(Object.keys(WorkflowDispatchService).map((name) => [name, refuse]));
  server.addService(WorkflowDispatchService, {
    ...others,
    signalWorkflow: answer('signalWorkflow', { signalEventSequence: 3 }),
    resolvePromise: answer('resolvePromise', {}),
    signalWithStartWorkflow: answer('signalWithStartWorkflow', {
      workflowExecutionId: '550e8400-e29b-41d4-a716-446655440000',
      workflowCreated: true,
      signalEventSequence: 2,
    }),
  });
  server.addService(WorkflowQueryService, {
    queryWorkflow: answer('queryWorkflow', { result: toJsonBytes(toJson({ answer: 42 })), error: undefined }),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { url: `http://127.0.0.1:${port}`, tokens, calls, close: () => server.forceShutdown() };
}
