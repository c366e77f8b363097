import { AgentDispatchService } from '@flovyn/protocol/grpc';
import { describe, expect, test } from 'vitest';
import type { Wire } from '../bench.js';
import type { Caller } from '../caller.js';
import { statusOf } from '../refusal.js';

type Method = (typeof AgentDispatchService)[keyof typeof AgentDispatchService];

/** Sends an empty message, or none where messages are streamed. */
function call({ client, metadata }: Caller, { path, requestStream, responseStream }: Method): Promise<unknown> {
  const write = (bytes: Buffer): Buffer => bytes;
  const read = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, message?: Buffer): void => (error === null ? resolve(message) : reject(error));
    if (requestStream) client.makeClientStreamRequest(path, write, read, metadata(), answer).end();
    else if (responseStream) {
      const stream = client.makeServerStreamRequest(path, write, read, Buffer.alloc(0), metadata());
      stream
        .on('data', () => undefined)
        .on('error', reject)
        .on('end', resolve);
    } else client.makeUnaryRequest(path, write, read, Buffer.alloc(0), metadata(), answer);
  });
}

export function agentsSuite({ withBench, openAs }: Wire): void {
  describe('AgentDispatch, which this server does not have', () => {
    test.each(Object.entries(AgentDispatchService))('answers %s with UNIMPLEMENTED', (_name, method) =>
      withBench(async ({ caller }) => {
        expect(await statusOf(call(caller, method))).toBe('UNIMPLEMENTED');
      }),
    );

    test('still asks for the key first', async () => {
      const stranger = openAs(undefined);
      try {
        expect(await statusOf(call(stranger, AgentDispatchService.pollAgent))).toBe('UNAUTHENTICATED');
      } finally {
        stranger.close();
      }
    });
  });
}
