import { Client, Metadata, Server, ServerCredentials, credentials, type sendUnaryData, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { errorCodes, isErrorCode } from '../error-code.js';
import { WorkflowDispatchClient, WorkflowDispatchService } from '../gen/flovyn/v1/workflow_dispatch.js';
import { ServiceError } from '../service-error.js';
import { DETAILS_KEY, decodeErrorDetails, encodeErrorDetails } from './error-details.js';
import { clientOptions, serverOptions } from './options.js';
import { fromGrpcError, isBareStatus, toGrpcError } from './status.js';

const codes = Object.keys(errorCodes).filter(isErrorCode);

describe('errors over gRPC', () => {
  let server: Server;
  let client: WorkflowDispatchClient;
  let answer: ServiceError;

  beforeAll(async () => {
    server = new Server(serverOptions);
    server.addService(
      { getEvents: WorkflowDispatchService.getEvents },
      { getEvents: (_call: unknown, reply: sendUnaryData<never>) => reply(toGrpcError(answer)) },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    client = new WorkflowDispatchClient(`127.0.0.1:${port}`, credentials.createInsecure(), clientOptions);
  });

  afterAll(() => {
    client.close();
    server.forceShutdown();
  });

  const failure = (): Promise<ServiceError> =>
    new Promise((resolve, reject) => {
      client.getEvents({ workflowExecutionId: '' }, (error) => {
        if (error) resolve(fromGrpcError(error));
        else reject(new Error('The call succeeded.'));
      });
    });

  it.each(codes)('%s arrives as itself', async (code) => {
    answer = new ServiceError(code, `It went wrong: größer €`);
    expect(await failure()).toMatchObject({ code, message: 'It went wrong: größer €', limit: undefined });
  });

  it('limits and waiting times arrive too', async () => {
    answer = new ServiceError('RESOURCE_EXHAUSTED', 'Too many.', { limit: 10, actual: 11, retryAfterSeconds: 2 });
    expect(await failure()).toMatchObject({ limit: 10, actual: 11, retryAfterSeconds: 2, retryable: true });
  });

  it('what another server says, a bare status, is told from what this one says', () => {
    const ours = toGrpcError(new ServiceError('LEASE_LOST', 'It went to others.'));
    expect([isBareStatus(ours), fromGrpcError(ours).code]).toEqual([false, 'LEASE_LOST']);
    const theirs = { ...ours, metadata: new Metadata() };
    expect([isBareStatus(theirs), fromGrpcError(theirs).code]).toEqual([true, 'FAILED_PRECONDITION']);
    theirs.metadata.set(DETAILS_KEY, Buffer.from('neither one nor the other'));
    expect(isBareStatus(theirs)).toBe(true);
  });

  it('a message beyond the limit is refused before it is read', async () => {
    const raw = new Client(client.getChannel().getTarget(), credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
    });
    const error = await new Promise<{ code: status } | null>((resolve) => {
      raw.makeUnaryRequest(
        WorkflowDispatchService.getEvents.path,
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        Buffer.alloc(16 * 1024 * 1024 + 1),
        resolve,
      );
    });
    raw.close();
    expect(error?.code).toBe(status.RESOURCE_EXHAUSTED);
  });
});

describe('errors of other servers', () => {
  const foreign = (code: status, details?: Uint8Array): ServiceError => {
    const metadata = new Metadata();
    if (details) metadata.set(DETAILS_KEY, Buffer.from(details));
    return fromGrpcError({ code, details: 'x', metadata });
  };

  it.each([
    [status.NOT_FOUND, 'NOT_FOUND'],
    [status.UNAVAILABLE, 'UNAVAILABLE'],
    [status.UNKNOWN, 'INTERNAL'],
    [status.OUT_OF_RANGE, 'INVALID_ARGUMENT'],
    [status.CANCELLED, 'ABORTED'],
  ] as const)('status %d is %s', (code, expected) => {
    expect(foreign(code).code).toBe(expected);
  });

  it('a reason of another domain says nothing here', () => {
    const details = encodeErrorDetails({ code: 5, message: 'x', reason: 'lease-lost' });
    const other = Buffer.from(Buffer.from(details).toString('latin1').replace('flovyn', 'notour'), 'latin1');
    expect(foreign(status.NOT_FOUND, details).code).toBe('LEASE_LOST');
    expect(foreign(status.NOT_FOUND, other).code).toBe('NOT_FOUND');
  });

  it('details that cannot be read leave the status', () => {
    expect(foreign(status.NOT_FOUND, new Uint8Array([0x1a, 0xff])).code).toBe('NOT_FOUND');
  });

  it('details round-trip, and unknown fields are passed over', () => {
    const bytes = encodeErrorDetails({
      code: 8,
      message: 'm',
      reason: 'aborted',
      metadata: { a: 'b' },
      retryAfterSeconds: 1.2,
    });
    const known = { code: 8, message: 'm', reason: 'aborted', metadata: { a: 'b' }, retryAfterSeconds: 2 };
    expect(decodeErrorDetails(bytes)).toEqual(known);
    expect(decodeErrorDetails(Buffer.concat([bytes, new Uint8Array([0x78, 0x01])]))).toEqual(known);
  });
});
