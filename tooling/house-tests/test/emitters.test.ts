import type { LogView } from '@flovyn/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emissionsOf } from '../src/kinds/index.js';
import { type House, openHouse } from './support/house.js';
import { readStream } from './support/raw-stream.js';
import { expectWhole, outputOf, wordsOf } from './support/story.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

/** Every page of a task's log. */
async function logOf(path: string): Promise<LogView[]> {
  const lines: LogView[] = [];
  for (;;) {
    const response = await fetch(`${house.org}${path}/logs?limit=100&offset=${lines.length}`);
    expect(response.status).toBe(200);
    const { logs, total } = (await response.json()) as { logs: LogView[]; total: number };
    lines.push(...logs);
    if (lines.length >= total || logs.length === 0) return lines;
  }
}

function expectLog(lines: readonly LogView[], rounds: number): void {
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual(
    Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) => [
      `DEBUG debug ${round}`,
      `INFO info ${round}`,
      `WARN warn ${round}`,
      `ERROR error ${round} { round: ${round} }`,
    ]),
  );
}

const emissions = (rounds: number) => Array.from({ length: rounds }, (_, index) => emissionsOf(index + 1)).flat();

describe.each([1, 100])('R26 everything a task says %i times arrives', (rounds) => {
  it('F.22 from a standalone task', async () => {
    const { id } = await house.client.tasks.start({ kind: 'emit-everything', input: { rounds } });
    const live = await readStream(`${house.org}/task-executions/${id}/stream`);
    expectWhole(live.entries);
    expect(outputOf(live.entries, id, 1)).toEqual(emissions(rounds));
    expectLog(await logOf(`/task-executions/${id}`), rounds);
    expect(await house.client.tasks.get(id)).toMatchObject({
      status: 'COMPLETED',
      progress: rounds / 1_000,
      progressDetails: `reported ${rounds}`,
    });
  });

  it('from a task of a workflow, with the state of the workflow', async () => {
    const { id } = await house.client.workflows.start({ kind: 'emit-with-state', input: { rounds } });
    const live = await readStream(`${house.org}/workflow-executions/${id}/stream`);
    expectWhole(live.entries);
    const [task] = (await house.client.workflows.tasks(id)).tasks;
    expect(outputOf(live.entries, task?.id ?? '', 1)).toEqual(emissions(rounds));
    expectLog(await logOf(`/workflow-executions/${id}/tasks/${task?.id ?? ''}`), rounds);
    expect(task).toMatchObject({ progress: rounds / 1_000, progressDetails: `reported ${rounds}` });

    const words = wordsOf(live.entries);
    expect(words.filter((word) => word === 'STATE_SET')).toHaveLength(2 * rounds);
    expect(words.filter((word) => word === 'STATE_CLEARED')).toHaveLength(Math.floor(rounds / 2));
    const odd = Array.from({ length: rounds }, (_, index) => index + 1).filter((round) => round % 2 === 1);
    const { state } = await house.client.workflows.state(id);
    expect(state).toEqual({ round: rounds, ...Object.fromEntries(odd.map((round) => [`key ${round}`, { round }])) });
  });

  it('a sign of life is shown', async () => {
    const from = Date.now();
    const { id } = await house.client.tasks.start({ kind: 'emit-everything', input: { rounds } });
    await readStream(`${house.org}/task-executions/${id}/stream`);
    const task = (await (await fetch(`${house.org}/task-executions/${id}`)).json()) as { lastHeartbeatAt?: string };
    expect(Date.parse(task.lastHeartbeatAt ?? '')).toBeGreaterThanOrEqual(from - 1_000);
  });
});
