import { createHash } from 'node:crypto';
import { type JsonSchema, SchemaError, classify } from '@flovyn/contract-check';
import type { Capability, OrgId, StreamCapability, WorkerRegistration, WorkerStore } from '@flovyn/engine';
import { type Json, fromJson } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { logEvents } from '../../observe/events.js';
import type { Logger } from '../../observe/log.js';

/** Warns of schemas that this registration is about to change, where readers of what was and is written break. */
export type StreamBreaks = (registration: WorkerRegistration) => Promise<void>;

/** A fleet registers the same schemas again and again: these many kinds are known to be unchanged without looking. */
const REMEMBERED = 10_000;
/** Kinds of one registration that are looked at: each is a query, and this is advice. */
const MOST_KINDS = 20;
/** 5,000 steps, some 50 ms at worst: nobody else is served meanwhile. A schema of a hundred properties takes some 500. */
const MOST_STEPS = 5_000;
const MOST_PATHS = 10;

export function createStreamBreaks(workers: Pick<WorkerStore, 'definition'>, logger: Logger): StreamBreaks {
  const seen = new LRUCache<string, string>({ max: REMEMBERED });

  const compare = (about: { orgId: OrgId; kind: string; stream: string }, before?: Json, after?: Json): void => {
    if (before === after) return;
    try {
      // Readers change when they like: old ones meet what is written now, new ones what is stored.
      const { differences } = classify(schemaOf(before), schemaOf(after), 'both', { maxSteps: MOST_STEPS });
      const breaking = differences.filter((difference) => difference.class === 'breaking');
      if (breaking.length === 0) return;
      const paths = breaking.slice(0, MOST_PATHS).map(({ path, kind }) => `${path} ${kind}`.trim());
      logger.warn({ ...about, paths, more: breaking.length - paths.length }, logEvents.streamSchemaBreaks);
    } catch (error: unknown) {
      // Of another draft, or no schema at all, of which the check of its values tells.
      if (!(error instanceof SchemaError)) throw error;
      logger.debug({ ...about, err: error }, logEvents.streamSchemaUncompared);
    }
  };

  return async ({ orgId, definitions }) => {
    const changed = definitions.filter(
      (one) => hasSchemas(one) && seen.get(keyOf(orgId, one)) !== digestOf(one.streams),
    );
    for (const { kind, type, streams } of changed.slice(0, MOST_KINDS)) {
      const known = await workers.definition(orgId, type, kind);
      for (const { name, schema } of streams) {
        const before = known?.streams.find((stream) => stream.name === name);
        if (before !== undefined) compare({ orgId, kind, stream: name }, before.schema, schema);
      }
      seen.set(keyOf(orgId, { kind, type }), digestOf(streams));
    }
  };
}

function hasSchemas({ streams }: Capability): boolean {
  return streams.some(({ schema }) => schema !== undefined);
}

function keyOf(orgId: OrgId, { type, kind }: Pick<Capability, 'type' | 'kind'>): string {
  return `${orgId} ${type} ${kind}`;
}

/** Schemas may be long, and are only told apart. */
function digestOf(streams: readonly StreamCapability[]): string {
  const text = JSON.stringify(streams.map(({ name, schema }) => [name, schema]));
  return createHash('sha256').update(text).digest('base64');
}

/** Any value fits where there is no schema. */
function schemaOf(schema: Json | undefined): JsonSchema {
  return schema === undefined ? true : (fromJson(schema) as JsonSchema);
}
