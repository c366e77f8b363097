import * as mini from 'zod/mini';
import * as z from 'zod';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { fromJsonBytes } from '@flovyn/protocol/grpc';
import { ConfigurationError, StreamEventInvalidError, type TaskContext, defineStream, task } from './index.js';
import { MockTaskContext, TestWorkflowEnvironment } from './testing/index.js';
import { registrationOf } from './worker/registration.js';

const orders = defineStream({
  name: 'orders',
  description: 'Orders',
  schema: z.object({ id: z.string(), lines: z.array(z.object({ price: z.number() })) }),
});

const workOff = task({
  name: 'work-off',
  streams: [orders],
  async run(ctx: TaskContext, prices: number[]) {
    ctx.stream(orders).send({ id: 'o-1', lines: prices.map((price) => ({ price })) });
  },
});

describe("a stream of the author's own", () => {
  it('is written to with the type of its schema', () => {
    const writer = new MockTaskContext().stream(orders);
    expectTypeOf(writer.send).parameter(0).toEqualTypeOf<{ id: string; lines: { price: number }[] }>();
  });

  it('shows its values among the other output', async () => {
    const ctx = new MockTaskContext();
    ctx.streamToken('a');
    await workOff.run(ctx, [1, 2]);
    ctx.streamData({ id: 'of no stream' });
    const value = { id: 'o-1', lines: [{ price: 1 }, { price: 2 }] };
    expect(ctx.streamEvents.map(({ event }) => event)).toEqual([
      { type: 'token', text: 'a' },
      { type: 'data', data: value, stream: 'orders' },
      { type: 'data', data: { id: 'of no stream' } },
    ]);
    expect(ctx.sentTo(orders)).toEqual([value]);
    expectTypeOf(ctx.sentTo(orders)[0]?.id).toEqualTypeOf<string | undefined>();
  });

  it('refuses a value that does not fit, says where, and shows nothing', async () => {
    const ctx = new MockTaskContext();
    const failure = await workOff.run(ctx, [1, 'two' as never]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StreamEventInvalidError);
    expect(failure).toMatchObject({ stream: 'orders', issues: [{ path: 'lines.1.price' }] });
    expect(String(failure)).toContain('The value does not fit stream "orders": lines.1.price: ');
    expect(ctx.streamEvents).toEqual([]);
  });

  it('must be declared by the task that writes to it', async () => {
    const careless = task({ name: 'careless', run: async (ctx) => ctx.stream(orders).send({ id: 'o', lines: [] }) });
    const env = new TestWorkflowEnvironment().registerTask(careless);
    await expect(env.executeTask(careless, null)).rejects.toThrow(
      'Task "careless" writes to stream "orders", which it does not declare. Add it to the task\'s `streams`.',
    );
  });
});

describe('the registration of streams', () => {
  const streamsOf = (...streams: Parameters<typeof defineStream>[0][]) => {
    const definitions = streams.map((stream, index) =>
      task({ name: `task-${index}`, streams: [defineStream(stream)], run: async () => undefined }),
    );
    const { tasks } = registrationOf('w', 'o', [], definitions);
    return tasks.flatMap((each) => each.streams);
  };

  it('carries the JSON Schema of what is sent', () => {
    const [stream] = registrationOf('w', 'o', [], [workOff]).tasks[0]?.streams ?? [];
    expect(stream).toMatchObject({ name: 'orders', description: 'Orders' });
    expect(JSON.parse(fromJsonBytes(stream?.schema ?? new Uint8Array()))).toMatchObject({
      type: 'object',
      properties: { id: { type: 'string' } },
      required: ['id', 'lines'],
    });
  });

  it('carries none where the library has none to give, and the one that was given', () => {
    const [none, given] = streamsOf(
      { name: 'a', schema: mini.string() },
      { name: 'b', schema: mini.string(), jsonSchema: { type: 'string' } },
    );
    expect(none?.schema).toHaveLength(0);
    expect(fromJsonBytes(given?.schema ?? new Uint8Array())).toBe('{"type":"string"}');
  });

  it('is refused where JSON Schema cannot say it, with what to do', () => {
    const register = () => streamsOf({ name: 'days', schema: z.date() });
    expect(register).toThrow(ConfigurationError);
    expect(register).toThrow(/stream "days" cannot be written as JSON Schema.*Use types that JSON has, or say it/);
  });

  it('is refused where one name means two things', () => {
    const register = () => streamsOf({ name: 'a', schema: z.string() }, { name: 'a', schema: z.number() });
    expect(register).toThrow('Stream "a" has one schema in task "task-0" and another in task "task-1"');
    expect(() => streamsOf({ name: 'a', schema: z.string() }, { name: 'a', schema: z.string() })).not.toThrow();
  });
});
