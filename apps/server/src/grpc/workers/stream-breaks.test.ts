import type { DefinitionRecord, OrgId, StreamCapability, WorkerRegistration } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createStreamBreaks } from './stream-breaks.js';

const orgId = '550e8400-e29b-41d4-a716-446655440000' as OrgId;
const NUMBER = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };
const INTEGER = { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] };

function aStream(schema: object | undefined, name = 'orders'): StreamCapability {
  return { name, description: '', schema: schema && (JSON.stringify(schema) as Json) };
}

function registration(streams: readonly StreamCapability[], kinds = ['work-off']): WorkerRegistration {
  return {
    orgId,
    definitions: kinds.map((kind) => ({ type: 'task', kind, streams })),
  } as unknown as WorkerRegistration;
}

function aHouse(...streams: StreamCapability[]) {
  const warnings: Record<string, unknown>[] = [];
  const asked: string[] = [];
  const house = { streams };
  const workers = {
    async definition(_orgId: OrgId, _type: string, kind: string) {
      asked.push(kind);
      return { streams: house.streams } as unknown as DefinitionRecord;
    },
  };
  const logger = pino({ level: 'warn' }, { write: (line) => void warnings.push(JSON.parse(line)) });
  return { house, warnings, asked, look: createStreamBreaks(workers, logger) };
}

describe('a worker that brings another schema for a stream', () => {
  it('is warned of when readers break, with the stream and the places', async () => {
    const { look, warnings } = aHouse(aStream(NUMBER));
    await look(registration([aStream(INTEGER)]));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({
      orgId,
      kind: 'work-off',
      stream: 'orders',
      paths: ['/total integer-required'],
      more: 0,
      msg: 'schema of a stream has changed in a way that breaks its readers',
    });
  });

  it('is not when they carry on, or nothing has changed, or the stream is new', async () => {
    const { look, warnings } = aHouse(aStream(NUMBER));
    await look(registration([aStream({ ...NUMBER, properties: { ...NUMBER.properties, note: { type: 'string' } } })]));
    await look(registration([aStream(NUMBER)]));
    await look(registration([aStream(INTEGER, 'invoices')]));
    expect(warnings).toEqual([]);
  });

  it('is warned of when a stream of anything gets a schema', async () => {
    const { look, warnings } = aHouse(aStream(undefined));
    await look(registration([aStream(NUMBER)]));
    expect(warnings).toHaveLength(1);
  });

  it('is let be where a schema is none that can be compared', async () => {
    const { look, warnings } = aHouse(aStream({ type: 'array', items: [{}] }));
    await look(registration([aStream(NUMBER)]));
    expect(warnings).toEqual([]);
  });
});

describe('what is asked of the store', () => {
  it('is nothing for schemas that were seen, and for kinds without any', async () => {
    const { look, asked } = aHouse(aStream(NUMBER));
    await look(registration([aStream(NUMBER)]));
    await look(registration([aStream(NUMBER)]));
    await look(registration([aStream(undefined)]));
    expect(asked).toEqual(['work-off']);
    await look(registration([aStream(INTEGER)]));
    expect(asked).toHaveLength(2);
  });

  it('is bounded, however many kinds register', async () => {
    const { look, asked } = aHouse(aStream(NUMBER));
    await look(
      registration(
        [aStream(INTEGER)],
        Array.from({ length: 1_000 }, (_, index) => `kind-${index}`),
      ),
    );
    expect(asked).toHaveLength(20);
  });
});
