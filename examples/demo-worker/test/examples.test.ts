import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type Client, type LiveView, createClient, emptyLiveView, foldLiveView } from '@flovyn/client';
import type { Frame } from '@flovyn/events';
import { assertLegal } from '@flovyn/events/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningHouse, startHouse } from '../../../tooling/testing/running-house.js';

let house: RunningHouse;
let client: Client;

beforeAll(async () => {
  // Words quick enough for a test, slow enough that something can happen between two of them.
  house = await startHouse({ SCRIPTED_WORD_DELAY_MS: '10' });
  client = createClient({ baseUrl: house.http, org: 'dev' });
}, 90_000);
afterAll(() => house.stop(), 60_000);

interface Watched {
  readonly view: LiveView;
  readonly frames: readonly Frame[];
}

/** Reads a stream to its end, holds it to the legal order, and tells of every entry on the way. */
async function watch(
  target: Parameters<Client['stream']>[0],
  onFrame: (frame: Frame) => Promise<void> | void = () => undefined,
): Promise<Watched> {
  const frames: Frame[] = [];
  let view = emptyLiveView;
  for await (const message of client.stream(target)) {
    view = foldLiveView(view, message);
    if (message.kind !== 'entry') continue;
    frames.push(message.frame);
    await onFrame(message.frame);
  }
  expect(frames.map(({ seq }) => seq)).toEqual(frames.map((_, index) => index + 1));
  assertLegal(frames);
  return { view, frames };
}

/** Runs something once, at the nth token. */
function atToken(nth: number, then: () => Promise<unknown>): (frame: Frame) => Promise<void> {
  let tokens = 0;
  return async ({ event }) => {
    if (event.type === 'token' && ++tokens === nth) await then();
  };
}

const textsOf = ({ view }: Watched) => [...view.tasks.values()].map((task) => task.text).filter((text) => text !== '');

describe('standalone-tasks', () => {
  test('an export reports each batch and leaves the file it promises', async () => {
    const input = { format: 'ndjson', dataset_name: 'orders', record_count: 2_000 };
    const { id } = await client.tasks.start({ kind: 'data-export-task', input });
    const { frames } = await watch({ taskExecutionId: id });
    const progress = frames.map(({ event }) => event).filter((event) => event.type === 'progress');
    expect(progress).toHaveLength(10);
    expect(progress.at(-1)).toMatchObject({ progress: 1, details: 'Batch 10 of 10: 2000 of 2000 rows written' });

    const { output, status } = await client.tasks.get(id);
    const { path, bytes } = output as { path: string; bytes: number };
    expect({ status, output }).toMatchObject({ status: 'COMPLETED', output: { rows: 2_000 } });
    const file = await readFile(path, 'utf8');
    expect(file.trimEnd().split('\n')).toHaveLength(2_000);
    expect(Buffer.byteLength(file)).toBe(bytes);
    expect(path.startsWith(house.exportsFolder)).toBe(true);
  });

  test('a wrong input fails at the first attempt, with a sentence that helps', async () => {
    const { id } = await client.tasks.start({ kind: 'data-export-task', input: { format: 'xlsx' } });
    await watch({ taskExecutionId: id });
    expect(await client.tasks.get(id)).toMatchObject({
      status: 'FAILED',
      executionCount: 1,
      error: expect.stringContaining('format is "xlsx"') as string,
    });
  });
});

describe('streaming-llm', () => {
  test('the streamed words are the answer, with a tool call in between', async () => {
    const { id } = await client.workflows.start({ kind: 'streaming-llm', input: { prompt: 'Why?' } });
    const watched = await watch({ workflowExecutionId: id });
    const { output } = await client.workflows.get(id);
    expect(output).toMatchObject({ model: 'scripted', turns: 2, answer: textsOf(watched)[1] });
    const data = watched.frames.map(({ event }) => (event.type === 'data' ? event.data : undefined));
    expect(data.filter((each) => each !== undefined)).toMatchObject([
      { type: 'model' },
      { type: 'tool_call_start' },
      { type: 'tool_call_end' },
      { type: 'model' },
    ]);
  });

  test(
    'a worker that is killed in mid-sentence is replaced, and the answer is whole',
    { timeout: 120_000 },
    async () => {
      const { id } = await client.workflows.start({ kind: 'streaming-llm', input: { prompt: 'Why?' } });
      const watched = await watch(
        { workflowExecutionId: id },
        atToken(20, () => house.crashWorker()),
      );
      const { output, status } = await client.workflows.get(id);
      expect(status).toBe('COMPLETED');
      expect(output).toMatchObject({ answer: textsOf(watched)[1] });
    },
  );
});

describe('parallel-streams', () => {
  test('both stories are streamed at once, and both are whole', async () => {
    const { id } = await client.workflows.start({ kind: 'parallel-streams', input: { words_per_second: 200 } });
    const watched = await watch({ workflowExecutionId: id });
    const { output } = await client.workflows.get(id);
    expect(new Set(textsOf(watched))).toEqual(new Set(Object.values(output as object)));
    const speakers = watched.frames.filter(({ event }) => event.type === 'token').map((frame) => frame.taskExecutionId);
    const changes = speakers.filter((speaker, index) => index > 0 && speaker !== speakers[index - 1]).length;
    // One after the other would be a single change.
    expect(changes).toBeGreaterThan(1);
  });

  test(
    'a server that is killed in mid-sentence comes back, and a reader misses nothing',
    { timeout: 120_000 },
    async () => {
      const { id } = await client.workflows.start({ kind: 'parallel-streams', input: { words_per_second: 30 } });
      const watched = await watch(
        { workflowExecutionId: id },
        atToken(20, () => house.crashServer()),
      );
      const { output, status } = await client.workflows.get(id);
      expect(status).toBe('COMPLETED');
      expect(new Set(textsOf(watched))).toEqual(new Set(Object.values(output as object)));
    },
  );
});

describe('streaming-progress', () => {
  test('the program shows a bar to its end, and the result', async () => {
    const main = fileURLToPath(new URL('../../streaming-progress/dist/main.js', import.meta.url));
    const program = spawn(process.execPath, [main, '1000000'], {
      env: { ...process.env, FLOVYN_URL: house.http },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [said, bar, [code]] = await Promise.all([text(program.stdout), text(program.stderr), once(program, 'exit')]);
    expect(bar).toContain('100 %  78498 primes up to 1000000');
    expect(said).toContain('There are 78498 primes.');
    expect(code).toBe(0);
  });
});

describe('the worker', () => {
  test('finishes what it holds when it is asked to stop', async () => {
    const { id } = await client.workflows.start({ kind: 'parallel-streams', input: { words_per_second: 40 } });
    let code: number | null | undefined;
    const watched = await watch(
      { workflowExecutionId: id },
      atToken(5, async () => {
        code = await house.stopWorker();
        await house.startWorker();
      }),
    );
    expect(code).toBe(0);
    // Nothing had to be repeated: each task needed one attempt.
    expect([...watched.view.tasks.values()].map(({ attempt }) => attempt)).toEqual([1, 1]);
  });
});
