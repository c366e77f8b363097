import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FlovynClient } from './client.js';
import { AuthenticationError, TaskCancelled, TaskFailed } from './errors.js';
import { task } from './task.js';

const ID = '660e8400-e29b-41d4-a716-446655440000';
const ORG = '550e8400-e29b-41d4-a716-446655440000';
const NOW = '2026-01-01T00:00:00.000Z';
const exportData = task({ name: 'export', retry: { maxRetries: 1 }, run: async () => ({ when: new Date(0) }) });

interface Said {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

let server: Server | undefined;
afterEach(() => server?.close());

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** REST with one standalone task that has ended. */
async function rest(task: object, startStatus = 201): Promise<{ client: FlovynClient; said: Said[] }> {
  const said: Said[] = [];
  const view = {
    id: ID,
    orgId: ORG,
    kind: 'export',
    status: 'COMPLETED',
    queue: 'default',
    executionCount: 1,
    maxRetries: 1,
    createdAt: NOW,
    asOf: 'e.3',
    ...task,
  };
  server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method = '', url = '' } = request;
      said.push({ method, url, body: text === '' ? undefined : (JSON.parse(text) as unknown) });
      if (url.includes('/stream')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          'event: ready\ndata: {"epoch":"e","from":1,"head":0}\n\n' +
            `event: end\ndata: {"status":"${view.status}"}\n\n`,
        );
        return;
      }
      response.writeHead(method === 'POST' ? startStatus : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(view));
    });
  });
  const { port } = await new Promise<AddressInfo>((resolve) =>
    server?.listen(0, '127.0.0.1', () => resolve(server?.address() as AddressInfo)),
  );
  const client = new FlovynClient({
    serverUrl: 'http://127.0.0.1:1',
    httpUrl: `http://127.0.0.1:${port}`,
    orgId: ORG,
    orgSlug: 'dev',
    apiKey: 'flovyn_sk_test',
  });
  return { client, said };
}

describe('a standalone task', () => {
  it('is started by REST, by a client that runs nothing, and followed to its output', async () => {
    const { client, said } = await rest({ output: { when: { __type: 'Date', value: NOW } } });
    const { handle } = await client.startTask(exportData, { since: new Date(0) }, { idempotencyKey: 'once' });
    expect(handle.taskExecutionId).toBe(ID);
    expect(await handle).toEqual({ when: new Date(NOW) });
    expect(await handle.result()).toEqual({ when: new Date(NOW) });
    expect(said.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/orgs/dev/task-executions',
      `GET /api/orgs/dev/task-executions/${ID}/stream?types=events`,
      `GET /api/orgs/dev/task-executions/${ID}`,
    ]);
    expect(said[0]?.body).toEqual({
      kind: 'export',
      input: { since: { __type: 'Date', value: '1970-01-01T00:00:00.000Z' } },
      queue: 'default',
      maxRetries: 1,
      idempotencyKey: 'once',
    });
  });

  it('that failed, or was cancelled, says so', async () => {
    const failed = await rest({ status: 'FAILED', error: 'disk full' });
    const { handle } = await failed.client.startTask(exportData, null);
    await expect(handle.result()).rejects.toThrow(new TaskFailed('disk full', ID, false));
    server?.close();
    const cancelled = await rest({ status: 'CANCELLED' });
    const { handle: other } = await cancelled.client.startTask(exportData, null);
    await expect(other.result()).rejects.toBeInstanceOf(TaskCancelled);
  });

  it('is not started with a key that opens nothing', async () => {
    const { client } = await rest({}, 401);
    await expect(client.startTask(exportData, null)).rejects.toBeInstanceOf(AuthenticationError);
  });
});
