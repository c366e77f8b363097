import type { Json } from '@flovyn/protocol';
import { bytes, connectRawWorker } from '@flovyn/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SseReader, readSse } from './support/sse-reader.js';
import { type TestServer, startTestServer } from './support/test-server.js';
import { playTurn } from './support/turns.js';

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.stop());

const ORG = '/api/orgs/dev';

/** What would be more than one line, or another frame, if it went out as it is. */
const NASTY = [
  '\r',
  '\n',
  '\r\n',
  'a\rb\nc\r\nd',
  '\n\nevent: end\ndata: {"status":"FAILED"}\n\n',
  '\r\rid: 999\rdata: x\r\r',
  '\u2028\u2029\u0085\u000b\u000c',
  'id: 999',
  ':comment\nretry: 1',
  '\u0000',
  '\ufeff',
  '\ud83d\ude00 "quoted" \\n',
];
/** Names may not have control characters. */
const NASTY_NAMES = ['\u2028event: end\u2029', 'id: 999', 'data: x', ': comment', '"quoted" \\n'];

/** Every line as a reader of the standard sees it, with the fields it knows; there is nothing else. */
function fieldsOf(reader: SseReader): readonly (readonly [name: string, value: string])[] {
  const lines = reader.text().split(/\r\n|\r|\n/);
  return lines.flatMap((line) => {
    if (line === '') return [];
    const colon = line.indexOf(':');
    expect(line).toMatch(/^(:|data: ?|(id|event|retry): )/);
    return [[line.slice(0, colon), line.slice(colon + 2)] as const];
  });
}

/** Holds a stream to what was written: so many entries, in their order, and not a frame more. */
function check(reader: SseReader, entries: number, controls: readonly string[]): void {
  const fields = fieldsOf(reader);
  const all = (wanted: string) => fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const numbers = all('id').map((id) => Number(/^[0-9a-f]{12}\.(\d+)$/.exec(id)?.[1]));
  expect(numbers).toHaveLength(entries);
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  const words = all('event').filter((word) => !['data', 'token', 'error', 'progress'].includes(word));
  expect(words).toEqual(controls);
}

/** A task whose output is nasty; resolves to its id when it has ended. */
async function aNastyTask(): Promise<string> {
  const kind = 'nasty';
  const worker = connectRawWorker({ port: server.grpcPort, tasks: [kind] });
  const { json } = await server.call(`${ORG}/task-executions`, { body: { kind } });
  const id = json['id'] as string;
  const { claimToken } = await worker.next('taskAssigned');
  const ref = { taskExecutionId: id, workflowExecutionId: '', claimToken };
  const events = NASTY.flatMap((text) => [
    ['TOKEN', { type: 'token', text }] as const,
    ['ERROR', { type: 'error', message: text, code: text }] as const,
    ['DATA', { type: 'data', data: { [text]: text } }] as const,
    ['DATA', { type: 'data', data: text }] as const,
    ['PROGRESS', { type: 'progress', progress: 0.5, details: text }] as const,
  ]);
  const entries = events.map(([type, payload]) => ({ type, payload: JSON.stringify(payload), timestampMs: 1 }));
  const answer = await worker.ask('attemptEntries', { ...ref, first: 0, entries });
  expect(answer.$case).toBe('accepted');
  await worker.ask('attemptCompleted', { ...ref, output: bytes('done'), entries: entries.length, lostEntries: 0 });
  await worker.end();
  return id;
}

/** A workflow with nasty names and values in its state, signals and error; resolves to its id when it has failed. */
async function aNastyWorkflow(): Promise<string> {
  const worker = connectRawWorker({ port: server.grpcPort, workflows: ['nasty'] });
  const { json } = await server.call(`${ORG}/workflow-executions`, { body: { kind: 'nasty' } });
  const id = json['id'] as string;
  for (const name of NASTY_NAMES) {
    const signal = { signalName: name, signalValue: NASTY };
    expect((await server.call(`${ORG}/workflow-executions/${id}/signal`, { body: signal })).status).toBe(200);
  }
  const commands = NASTY_NAMES.map((key) => ({
    type: 'SET_STATE' as const,
    key,
    value: JSON.stringify(NASTY) as Json,
  }));
  const { answer } = await playTurn(
    worker,
    { type: 'FAILED', error: NASTY.join(''), stackTrace: '', failureType: '' },
    commands,
  );
  expect(answer.$case).toBe('accepted');
  await worker.end();
  return id;
}

const read = (path: string) => readSse(`${server.http}${ORG}${path}`);

describe('S11 whatever is in an entry, a reader sees it and no frame more', () => {
  it('in the stream of a task, as frames', async () => {
    const reader = await read(`/task-executions/${await aNastyTask()}/stream`);
    const messages = await reader.toEnd();
    check(reader, 3 + 5 * NASTY.length, ['ready', 'end']);
    const said = messages.flatMap(({ event, data }) =>
      event === 'token' ? [(JSON.parse(data) as { event: { text: string } }).event.text] : [],
    );
    expect(said).toEqual(NASTY);
  });

  it('in the stream of a task, as bare values', async () => {
    const reader = await read(`/task-executions/${await aNastyTask()}/stream?format=plain`);
    const messages = await reader.toEnd();
    check(reader, 3 + 5 * NASTY.length, ['ready', 'end']);
    const bare = NASTY.map((text) => text.replaceAll(/\r\n|\r/g, '\n'));
    for (const word of ['token', 'error']) {
      expect(messages.filter(({ event }) => event === word).map(({ data }) => data)).toEqual(bare);
    }
  });

  it.each(['json', 'plain'])('in the streams of a workflow, as %s', async (format) => {
    const id = await aNastyWorkflow();
    const streams = ['stream', 'stream/consolidated'].map((stream) => `/workflow-executions/${id}/${stream}`);
    for (const stream of streams) {
      const reader = await read(`${stream}?format=${format}`);
      const messages = await reader.toEnd();
      const news = messages.filter(({ event }) => event === 'data');
      check(reader, news.length, ['ready', 'end']);
      const text = news.map(({ data }) => data).join('');
      for (const name of NASTY_NAMES) expect(text).toContain(JSON.stringify(name));
      expect(text).toContain(JSON.stringify(NASTY.join('')));
    }
  });

  it('in the stream of an organisation', async () => {
    const reader = await read('/stream');
    await reader.atLeast(1);
    await aNastyWorkflow();
    await aNastyTask();
    const isLast = ({ data }: { data: string }) => data.includes('TASK_COMPLETED');
    const messages = await reader.atLeast(1);
    await expect.poll(() => messages.some(isLast)).toBe(true);
    check(reader, messages.length - 1, ['ready']);
    reader.cut();
  });

  it.each(['x\n\nevent: end', '1.1\r\nx', '\u2028', ' 1.1', '999'])(
    'and a cursor %j is never repeated',
    async (cursor) => {
      const task = await aNastyTask();
      const reader = await read(`/task-executions/${task}/stream?lastEventId=${encodeURIComponent(cursor)}`);
      await reader.toEnd();
      check(reader, 3 + 5 * NASTY.length, ['ready', 'gap', 'end']);
    },
  );
});
