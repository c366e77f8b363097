import type { DefinitionRecord, OrgId, StreamCapability, TaskId, WorkerRegistration } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createStreamSchemas } from './stream-schemas.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const taskId = '018f6b2e-0000-7000-8000-000000000002' as TaskId;

function aStream(schema: string | undefined, name = 'orders'): StreamCapability {
  return { name, description: '', schema: schema as Json | undefined };
}

function aHouse({ streams = [], isDown = false }: { streams?: readonly StreamCapability[]; isDown?: boolean } = {}) {
  const warnings: string[] = [];
  const asked: string[] = [];
  const house = { streams, isDown };
  const store = {
    queries: {
      async task(_orgId: OrgId, id: TaskId) {
        asked.push(id);
        if (house.isDown) throw new Error('The database is away');
        return { task: { kind: 'work-off' } };
      },
    },
    workers: {
      definition: async (asking: OrgId, type: string, kind: string) =>
        asking === orgId && type === 'task' && kind === 'work-off'
          ? ({ streams: house.streams } as DefinitionRecord)
          : undefined,
    },
  };
  const logger = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  return { house, warnings, asked, schemas: createStreamSchemas(store as never, logger) };
}

const registration = (...streams: StreamCapability[]) =>
  ({ definitions: [{ streams }] }) as unknown as WorkerRegistration;
const value = (of: unknown, stream = 'orders') => ({ stream, value: of, characters: JSON.stringify(of).length });

describe("values of a worker's streams", () => {
  it('fit the schema it registered, or are told what is wrong', async () => {
    const check = await aHouse().schemas.ofWorker(registration(aStream('{"type":"object","required":["id"]}')));
    expect(check(value({ id: 1 }))).toBeUndefined();
    expect(check(value({}))).toBe('it does not fit the stream "orders": value.id is missing');
    expect(check(value({}, 'others'))).toBe('its worker has not registered the stream "others"');
  });

  it('fit whatever they are where there is no schema, or one that cannot be used, which is logged', async () => {
    const { schemas, warnings } = aHouse();
    const check = await schemas.ofWorker(registration(aStream(undefined), aStream('{"type":7}', 'odd')));
    expect(check(value('anything'))).toBeUndefined();
    expect(check(value('anything', 'odd'))).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"stream":"odd"');
  });

  it('do not fit when finding that out takes too long', async () => {
    const check = await aHouse().schemas.ofWorker(registration(aStream('{"type":"string","pattern":"^(a+)+$"}')));
    expect(check(value(`${'a'.repeat(40)}!`))).toBe(
      'it does not fit the stream "orders": the check against its schema took too long',
    );
  });
});

describe('values of a task whose worker is not known', () => {
  it('fit the newest registration of its kind, which is not asked for with every value', async () => {
    const { schemas, asked } = aHouse({ streams: [aStream('{"type":"number"}')] });
    const [first, second] = await Promise.all([schemas.ofTask(orgId, taskId), schemas.ofTask(orgId, taskId)]);
    expect(first(value(1))).toBeUndefined();
    expect(second(value('1'))).toBe('it does not fit the stream "orders": value must be number');
    expect(asked).toHaveLength(1);
  });

  it('R31 are not decided by who of another organisation has asked before', async () => {
    const { schemas } = aHouse({ streams: [aStream('true')] });
    const foreign = await schemas.ofTask('660e8400-e29b-41d4-a716-446655440000' as OrgId, taskId);
    expect(foreign(value(1))).toBe('its worker has not registered the stream "orders"');
    expect((await schemas.ofTask(orgId, taskId))(value(1))).toBeUndefined();
  });

  it('are asked about again after the database was away', async () => {
    const { schemas, house } = aHouse({ streams: [aStream('true')], isDown: true });
    await expect(schemas.ofTask(orgId, taskId)).rejects.toThrow('The database is away');
    house.isDown = false;
    expect((await schemas.ofTask(orgId, taskId))(value(1))).toBeUndefined();
  });
});
