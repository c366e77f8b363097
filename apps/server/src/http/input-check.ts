import type { DefinitionType, OrgId, WorkerStore } from '@flovyn/engine';
import { type Json, ServiceError, fromJson } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { logEvents } from '../observe/events.js';
import type { Logger } from '../observe/log.js';
import { type Validate, compileSchema, someOf } from '../json-schema/compile-schema.js';

/** Holds the input of a start to the schema that workers have registered for its kind, if they have. */
export interface InputCheck {
  /** @throws {ServiceError} INVALID_ARGUMENT that names the place of each problem. */
  check(start: StartInput): Promise<void>;
}

export interface StartInput {
  readonly orgId: OrgId;
  readonly type: DefinitionType;
  readonly kind: string;
  readonly input: Json;
}

/** 1 s: how long a schema may have been registered before it counts. Else every start would ask the database for it. */
const KEPT_MS = 1_000;
const MOST_KINDS = 1_000;
/** 16 Mi characters of all schemas together. */
const MOST_TEXT = 16 * 1_024 * 1_024;

/** A kind's schema as it was last seen. */
interface Known {
  readonly schema: Json | undefined;
  /** Absent when there is no schema, or one that cannot be used. */
  validate: Validate | undefined;
}

/** @param now - milliseconds from any fixed instant; never goes back. */
export function createInputCheck(
  workers: Pick<WorkerStore, 'definition'>,
  logger: Logger,
  now: () => number = () => performance.now(),
): InputCheck {
  const unusable = (kind: Omit<StartInput, 'input'>, error: unknown): void =>
    logger.warn({ err: error, orgId: kind.orgId, type: kind.type, kind: kind.kind }, logEvents.schemaUnusable);

  const compile = async (kind: Omit<StartInput, 'input'>, schema: Json): Promise<Validate | undefined> => {
    try {
      return await compileSchema(schema, 'input');
    } catch (error: unknown) {
      unusable(kind, error);
      return undefined;
    }
  };

  const known = new LRUCache<string, Known, Omit<StartInput, 'input'>>({
    max: MOST_KINDS,
    maxSize: MOST_TEXT,
    sizeCalculation: ({ schema }) => 1 + (schema?.length ?? 0),
    ttl: KEPT_MS,
    ttlResolution: 0,
    perf: { now },
    async fetchMethod(_key, stale, { context: kind }) {
      const schema = (await workers.definition(kind.orgId, kind.type, kind.kind))?.inputSchema;
      // The text itself is compared: workers register again and again, and compiling takes as long as a hundred starts.
      if (stale !== undefined && stale.schema === schema) return stale;
      return { schema, validate: schema === undefined ? undefined : await compile(kind, schema) };
    },
  });

  return {
    async check({ input, ...kind }) {
      const found = await known.fetch(`${kind.orgId} ${kind.type} ${kind.kind}`, { context: kind });
      if (found?.validate === undefined) return;
      let problems: readonly string[];
      try {
        problems = found.validate(fromJson(input), input.length);
      } catch (error: unknown) {
        found.validate = undefined;
        unusable(kind, error);
        return;
      }
      if (problems.length > 0) throw misfit(kind, problems);
    },
  };
}

function misfit({ type, kind }: Omit<StartInput, 'input'>, problems: readonly string[]): ServiceError {
  return new ServiceError(
    'INVALID_ARGUMENT',
    `The input does not fit what the ${type} "${kind}" takes: ${someOf(problems)}.`,
  );
}
