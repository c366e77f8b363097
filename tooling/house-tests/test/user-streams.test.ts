import { type StreamEntry, readStream } from '@flovyn/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { orders, remarks } from '../src/kinds/index.js';
import { type House, openHouse } from './support/house.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  await house.startWorker();
});
afterAll(() => house.close());

const COUNT = 50;

it("streams of the user's own arrive with their types, in their place among the other entries", async () => {
  const { id } = await house.client.tasks.start({ kind: 'work-off-orders', input: { count: COUNT } });
  const told: unknown[] = [];
  for await (const message of house.client.subscribe({ taskExecutionId: id }, [orders, remarks])) {
    if (message.kind === 'status') continue;
    told.push(message.kind === 'value' ? [message.stream, message.value] : message);
  }
  const day = new Date('2026-01-02');
  const expected = Array.from({ length: COUNT }, (_, index) => index + 1).flatMap((n) => [
    ['orders', { id: `o-${n}`, total: n / 2, day }],
    ['remarks', `remark ${n}`],
  ]);
  expect(told).toEqual([...expected, ['remarks', 'anything']]);

  const entries: StreamEntry[] = [];
  for await (const message of house.client.stream({ taskExecutionId: id })) {
    if (message.kind === 'entry') entries.push(message);
  }
  const round = entries.map(({ frame }) => frame.event).slice(2, 5);
  expect(round.map(({ type }) => type)).toEqual(['token', 'data', 'data']);
});

it('what does not fit is stopped by the worker, and behind it by the server, which leaves a sign in its place', async () => {
  const { id } = await house.client.tasks.start({ kind: 'work-off-orders', input: { count: 1 } });
  const errors: unknown[] = [];
  const values: unknown[] = [];
  for await (const message of house.client.stream({ taskExecutionId: id })) {
    if (message.kind !== 'entry') continue;
    const { event } = message.frame;
    if (event.type === 'error') errors.push(event);
    const order = readStream(orders, event);
    if (order !== undefined) values.push(order);
  }
  expect(values).toMatchObject([{ ok: true, value: { id: 'o-1' } }]);
  const lost = (why: RegExp) => ({ type: 'error', code: 'STREAM_LOSS', message: expect.stringMatching(why) as string });
  expect(errors).toEqual([
    lost(/does not fit the stream "orders": value\.total is missing; .*value\.id must be string/),
    lost(/its worker has not registered the stream "unheard-of"/),
  ]);
  expect((await house.client.tasks.get(id)).output).toEqual([
    expect.stringMatching(/^StreamEventInvalidError: The value does not fit stream "orders": total: /),
  ]);
});

it('their schemas are shown with the definition of the task', async () => {
  const response = await fetch(`${house.org}/task-definitions/work-off-orders`);
  expect(((await response.json()) as { streams: unknown }).streams).toEqual([
    {
      name: 'orders',
      description: 'Orders as they are worked off',
      schema: expect.objectContaining({ type: 'object', required: ['id', 'total', 'day'] }),
    },
    { name: 'remarks', description: '' },
  ]);
});
