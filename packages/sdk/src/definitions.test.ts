import { describe, expect, it, expectTypeOf } from 'vitest';
import { Duration } from './duration.js';
import { JsonSerializer, deserialize, serialize } from './serde.js';
import { StreamEvents, streamEventType } from './stream-events.js';
import { task } from './task.js';
import type { TaskDefinition, WorkflowDefinition } from './types.js';
import { workflow } from './workflow.js';

const run = async (): Promise<number> => 1;

describe('definitions', () => {
  it('need a name and a function', () => {
    expect(() => workflow({ name: '', run })).toThrow(new Error('Workflow name is required'));
    expect(() => task({ name: '', run })).toThrow(new Error('Task name is required'));
    expect(() => workflow({ name: 'w' } as never)).toThrow(new Error('Workflow run function is required'));
    expect(() => task({ name: 't' } as never)).toThrow(new Error('Task run function is required'));
  });

  it('show what was said and nothing else', () => {
    const definition = task({
      name: 't',
      run,
      retry: { maxRetries: 2 },
      timeout: Duration.seconds(1),
      hooks: undefined,
    });
    expect(Object.keys(definition).toSorted()).toEqual(['name', 'retry', 'run', 'timeout']);
    expect(definition.retry?.maxRetries).toBe(2);
    expect(definition.timeout?.toSeconds()).toBe(1);
  });

  it('fit into lists of any definitions, and keep their own types', () => {
    const typed = workflow({ name: 'w', run: async (_ctx, input: { a: number }) => input.a });
    const all: WorkflowDefinition<unknown, unknown>[] = [typed];
    const tasks: TaskDefinition<unknown, unknown>[] = [task({ name: 't', run: async (_ctx, input: string) => input })];
    expect([all.length, tasks.length]).toEqual([1, 1]);
    expectTypeOf(typed).toEqualTypeOf<WorkflowDefinition<{ a: number }, number>>();
  });
});

describe('serialization', () => {
  it('keeps dates, bigints and bytes at any depth', () => {
    const value = { list: [{ when: new Date(7), big: 12n, bytes: Buffer.from([1, 2]) }], plain: null };
    const text = new JsonSerializer().serialize(value);
    expect(text).toContain('{"__type":"Date","value":"1970-01-01T00:00:00.007Z"}');
    expect(text).toContain('{"__type":"BigInt","value":"12"}');
    expect(text).toContain('{"__type":"Uint8Array","value":[1,2]}');
    expect(new JsonSerializer().deserialize(text)).toEqual({
      list: [{ when: new Date(7), big: 12n, bytes: Uint8Array.of(1, 2) }],
      plain: null,
    });
  });

  it('makes null of nothing, and says where a value contains itself', () => {
    const cycle: { inner: { self?: unknown } } = { inner: {} };
    cycle.inner.self = cycle;
    expect(serialize(undefined)).toBe('null');
    expect(deserialize('')).toBe(null);
    expect(() => serialize(cycle)).toThrow('value.inner.self');
  });
});

describe('stream events', () => {
  it('are made with what was said only', () => {
    expect(StreamEvents.token('')).toEqual({ type: 'token', text: '' });
    expect(StreamEvents.error('m')).toEqual({ type: 'error', message: 'm' });
    expect(StreamEvents.error('m', 'C')).toEqual({ type: 'error', message: 'm', code: 'C' });
    expect(StreamEvents.data([1])).toEqual({ type: 'data', data: [1] });
  });

  it.each([
    [-1, 0],
    [3, 1],
    [Number.NaN, 0],
    [0.5, 0.5],
  ])('move progress %d to %d', (given, shown) => {
    expect(StreamEvents.progress(given)).toEqual({ type: 'progress', progress: shown });
    expect(StreamEvents.progress(given, 'd')).toEqual({ type: 'progress', progress: shown, details: 'd' });
  });

  it('tell their type, alone and in an envelope', () => {
    expect(streamEventType(StreamEvents.token('a'))).toBe('token');
    expect(streamEventType({ event: StreamEvents.progress(1) })).toBe('progress');
  });
});
