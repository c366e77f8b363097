import { request } from 'node:http';
import { Metadata, credentials } from '@grpc/grpc-js';
import { WorkflowDispatchClient, fromGrpcError } from '@flovyn/protocol/grpc';
import { connectRawWorker } from '@flovyn/testing';

/** Every way into a server, each with an answer that shows whether a credential opened it. */
export interface Doors {
  readonly http: string;
  readonly grpcPort: number;
  /** The path of a stream that exists. */
  readonly stream: string;
}

/** Nothing has this id. */
const NOTHING = '7f0c0f6e-0000-4000-8000-0000000000aa';

/** The status of a request with these headers, sent as they are, doubles included. */
export function statusOf(
  url: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body?: object,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: body === undefined ? 'GET' : 'POST', agent: false }, (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      call.destroy();
    });
    call.on('error', reject);
    for (const [name, value] of Object.entries(headers)) call.setHeader(name, value);
    if (body !== undefined) call.setHeader('content-type', 'application/json');
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** The code of a single call that names nothing: NOT_FOUND for whoever was let in. */
export function codeOfCall(port: number, credential: string | undefined): Promise<string> {
  const client = new WorkflowDispatchClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const metadata = new Metadata();
  if (credential !== undefined) metadata.set('authorization', `Bearer ${credential}`);
  return new Promise<string>((resolve) => {
    client.getEvents({ workflowExecutionId: NOTHING }, metadata, (error) => {
      resolve(error === null ? 'answered' : fromGrpcError(error).code);
    });
  }).finally(() => client.close());
}

/** `welcome`, or the code a session was refused with. */
export async function codeOfSession(port: number, credential: string): Promise<string> {
  const worker = connectRawWorker({ port, key: credential });
  const welcome = worker.next('welcome').then(
    () => 'welcome',
    () => 'refused',
  );
  const how = await Promise.race([welcome, worker.over]);
  if (how === 'welcome') {
    await worker.end();
    return how;
  }
  const over = await worker.over;
  return over === 'ended' ? over : over.code;
}

/** What each door says to a credential: REST, a stream, the sign-in of browsers, a single call, a session. */
export async function knockEverywhere({ http, grpcPort, stream }: Doors, credential: string) {
  const bearer = { authorization: `Bearer ${credential}` };
  const [rest, sse, signIn, call, session] = await Promise.all([
    statusOf(`${http}/api/session`, bearer),
    statusOf(`${http}${stream}`, { ...bearer, accept: 'text/event-stream, application/problem+json' }),
    statusOf(`${http}/api/session`, {}, { apiKey: credential }),
    codeOfCall(grpcPort, credential),
    codeOfSession(grpcPort, credential),
  ]);
  return { rest, sse, signIn, call, session };
}
