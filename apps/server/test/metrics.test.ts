import { Metadata, credentials } from '@grpc/grpc-js';
import { PollTaskRequest, TaskExecutionClient } from '@flovyn/protocol/grpc';
import { bytes, connectRawWorker, eventually } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scraped, parseMetrics } from './support/scraped.js';
import { readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';
import { completed, playTurn, waitingForSignal } from './support/turns.js';
import { connectUnaryWorker } from './support/unary-worker.js';

const CONNECT = '/flovyn.v1.WorkerSession/Connect';
const POLL = '/flovyn.v1.TaskExecution/PollTask';
const WORKFLOWS = '/api/orgs/dev/workflow-executions';
const TASKS = '/api/orgs/dev/task-executions';
/** Every part of it is one word for Prometheus and for a grep. */
const CANARY = 'c4n4ry';

describe('the metrics of a server', () => {
  let server: TestServer;
  beforeAll(
    async () => void (server = await startTestServer({ environment: { METRICS__ENABLED: '1', METRICS__PORT: '0' } })),
  );
  afterAll(() => server.stop());

  const text = async (): Promise<string> => (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text();
  const scrape = async (): Promise<Scraped> => parseMetrics(await text());

  it('count what a workflow does', async () => {
    const before = await scrape();
    const worker = connectRawWorker({ port: server.grpcPort, workflows: ['counted'], tasks: ['step'] });
    await worker.next('welcome');
    expect((await scrape()).number('flovyn_worker_sessions')).toBe(1);
    const { json } = await server.call(WORKFLOWS, { body: { kind: 'counted' } });
    const id = String(json['id']);
    const reader = await readSse(`${server.http}${WORKFLOWS}/${id}/stream`);
    const step = {
      type: 'SCHEDULE_TASK',
      taskExecutionId: '7f0c0f6e-0000-4000-8000-00000000c0de',
      kind: 'step',
      input: '{}',
    };
    await playTurn(worker, waitingForSignal, [step as never]);
    const { claimToken, taskExecutionId } = await worker.next('taskAssigned');
    const ref = { taskExecutionId, workflowExecutionId: id, claimToken };
    await worker.ask('attemptCompleted', { ...ref, output: bytes(1), entries: 0, lostEntries: 0 });
    await playTurn(worker, waitingForSignal);
    await server.call(`${WORKFLOWS}/${id}/signal`, { body: { signalName: 'go', signalValue: 1 } });
    await reader.atLeast(6);
    expect((await scrape()).number('flovyn_stream_readers')).toBe(1);
    await playTurn(worker, completed());
    await reader.toEnd();
    await worker.end();

    const after = await eventually('everything to be counted', async () => {
      const now = await scrape();
      return now.number('flovyn_stream_readers') === 0 && now.number(call(CONNECT, 'OK')) === 1 ? now : undefined;
    });
    const risen = (sample: string): number => after.number(sample) - before.number(sample);
    expect(risen('flovyn_workflow_executions_started_total')).toBe(1);
    expect(risen('flovyn_workflow_executions_ended_total{status="completed"}')).toBe(1);
    expect(risen('flovyn_work_handed_over_total{type="turn",door="session"}')).toBe(3);
    expect(risen('flovyn_work_handed_over_total{type="attempt",door="session"}')).toBe(1);
    expect(risen('flovyn_task_attempts_ended_total{outcome="completed"}')).toBe(1);
    expect(risen('flovyn_signals_received_total')).toBe(1);
    expect(risen('flovyn_stream_entries_written_total{kind="state"}')).toBeGreaterThan(5);
    expect(risen('flovyn_changes_committed_total')).toBeGreaterThan(5);
    expect(risen('flovyn_commit_seconds_count')).toBeGreaterThan(4);
    expect(risen('flovyn_database_round_trip_seconds_count{operation="commit"}')).toBeGreaterThan(4);
    expect(after.number('flovyn_worker_sessions')).toBe(0);
  });

  it('R16 show ready work that nobody takes', async () => {
    await server.call(TASKS, { body: { kind: 'exotic' } });
    // A look is kept for some seconds.
    const found = await eventually(
      'a look at the ready work',
      async () => {
        const now = await scrape();
        return now.number('flovyn_ready_work_unserved{type="task"}') > 0 ? now : undefined;
      },
      8_000,
    );
    expect(found.number('flovyn_ready_work{type="task"}')).toBe(1);
  });

  it('count requests by their route, and calls by their method, whoever makes them', async () => {
    const before = await scrape();
    await server.call(`${WORKFLOWS}/7f0c0f6e-0000-4000-8000-0000000000ff`);
    await server.call('/_/live');
    await fetch(`${server.http}/_/live`, { method: 'HEAD' });
    await fetch(`${server.http}/somewhere/else`, { method: 'PROPFIND' });
    const tasks = new TaskExecutionClient(`127.0.0.1:${server.grpcPort}`, credentials.createInsecure());
    const stranger = new Metadata();
    stranger.set('authorization', 'Bearer nobody');
    await new Promise((resolve) => tasks.pollTask(PollTaskRequest.fromPartial({}), stranger, resolve));
    tasks.close();
    const impatient = connectUnaryWorker({ port: server.grpcPort, name: 'impatient', queue: 'impatient' });
    const away = new AbortController();
    const polled = impatient.pollTask({ signal: away.signal });
    await eventually('the poll to be held', async () => (await scrape()).number('flovyn_polls_held') === 1);
    expect((await scrape()).number('flovyn_unary_workers')).toBe(1);
    away.abort();
    await expect(polled).rejects.toMatchObject({ code: 'ABORTED' });
    impatient.close();

    const risen = await eventually('all to be counted', async () => {
      const now = await scrape();
      const rise = (sample: string): number => now.number(sample) - before.number(sample);
      return rise(request('other', 'other', '4xx')) === 1 && rise(call(POLL, 'CANCELLED')) === 1 ? rise : undefined;
    });
    expect(risen(request('GET', '/api/orgs/:org/workflow-executions/:id', '4xx'))).toBe(1);
    expect(risen(request('GET', '/_/live', '2xx'))).toBe(1);
    expect(risen(request('HEAD', '/_/live', '2xx'))).toBe(1);
    expect(risen('flovyn_http_request_seconds_count{method="GET",route="/_/live"}')).toBe(1);
    expect(risen(call(POLL, 'UNAUTHENTICATED'))).toBe(1);
    expect(risen(`flovyn_grpc_call_seconds_count{method="${POLL}"}`)).toBe(2);
  });

  it('S18 say nothing that a user wrote', async () => {
    const key = { 'idempotency-key': CANARY };
    await server.call(WORKFLOWS, {
      headers: key,
      body: { kind: CANARY, queue: CANARY, input: CANARY, metadata: { [CANARY]: CANARY } },
    });
    const worker = connectRawWorker({
      port: server.grpcPort,
      name: CANARY,
      workflows: [CANARY],
      hello: { queue: CANARY },
    });
    await worker.next('welcome');
    await playTurn(worker, { type: 'FAILED', error: CANARY, stackTrace: CANARY, failureType: CANARY });
    await worker.end();
    const unary = connectUnaryWorker({ port: server.grpcPort, name: CANARY, queue: CANARY });
    await unary.register({ tasks: [CANARY] });
    const polled = unary.pollTask();
    await server.call(TASKS, { body: { kind: CANARY, queue: CANARY } });
    await unary.completeTask((await polled)?.taskExecutionId ?? '');
    unary.close();
    await server.call('/api/orgs', { body: { name: CANARY, slug: CANARY, tier: 'FREE', region: CANARY } });
    for (const path of [
      `/${CANARY}`,
      `/api/${CANARY}`,
      `/_/${CANARY}`,
      `/api/orgs/${CANARY}/workflow-executions/${CANARY}/stream`,
    ]) {
      await fetch(`${server.http}${path}?${CANARY}=1`, { headers: { authorization: `Bearer ${CANARY}` } });
    }
    await fetch(`http://127.0.0.1:${server.metricsPort}/${CANARY}`);
    const said = await text();
    expect(parseMetrics(said).number('flovyn_workflow_executions_ended_total{status="failed"}')).toBe(1);
    expect(said).not.toContain(CANARY);
    // Nor whose it was: no id of an organisation, an execution or a worker.
    expect(said).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/);
    expect(said).not.toMatch(/["/]dev["/]/);
  });

  it('are on their own port for everybody, and nothing else is', async () => {
    const at = `http://127.0.0.1:${server.metricsPort}`;
    for (const path of ['/metrics', '/_/metrics']) {
      const response = await fetch(at + path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    }
    expect((await fetch(`${at}/_/health`)).status).toBe(404);
    const posted = await fetch(`${at}/metrics`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('name the variable of their port when it is taken', async () => {
    const environment = { METRICS__ENABLED: '1', METRICS__PORT: String(server.metricsPort) };
    await expect(startTestServer({ environment })).rejects.toThrow(
      `METRICS__PORT: port ${server.metricsPort} is in use. Set another one.`,
    );
  });
});

describe('the metrics on the HTTP port', () => {
  const org = '11111111-0000-4000-8000-000000000001';
  const file = `
[[orgs]]
id = "${org}"
name = "Acme"
slug = "acme"
[auth.static_api_key]
keys = [{ key = "acme_member_key_1", org_id = "${org}", principal_type = "User", principal_id = "m", role = "MEMBER" }]
[auth.endpoints.http]
authenticators = ["static_api_key"]
[auth.endpoints.grpc]
authenticators = ["static_api_key"]
`;
  let server: TestServer;
  beforeAll(async () => void (server = await startTestServer({ file })));
  afterAll(() => server.stop());

  it('need a known caller, and no other port is open', async () => {
    expect((await server.call('/_/metrics')).status).toBe(401);
    const answer = await server.call('/_/metrics', { key: 'acme_member_key_1' });
    expect(answer.status).toBe(200);
    expect(parseMetrics(answer.text).types.get('flovyn_backlog_changes')).toBe('gauge');
    expect(server.metricsPort).toBeUndefined();
  });
});

function call(method: string, code: string): string {
  return `flovyn_grpc_calls_total{method="${method}",code="${code}"}`;
}

function request(method: string, route: string, status: string): string {
  return `flovyn_http_requests_total{method="${method}",route="${route}",status="${status}"}`;
}
