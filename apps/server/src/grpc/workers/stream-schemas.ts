import type { OrgId, Store, StreamCapability, TaskId, WorkerRegistration } from '@flovyn/engine';
import type { Json } from '@flovyn/protocol';
import { LRUCache } from 'lru-cache';
import { type Validate, compileSchema, someOf } from '../../json-schema/compile-schema.js';
import { logEvents } from '../../observe/events.js';
import type { Logger } from '../../observe/log.js';

/** A value for a stream of the user. */
export interface StreamValue {
  readonly stream: string;
  readonly value: unknown;
  /** How long its JSON text is, at most. */
  readonly characters: number;
}

/** Why a value cannot go into its stream; undefined when it can. */
export type StreamCheck = (value: StreamValue) => string | undefined;

/** Holds what tasks write to streams of the user to the schemas that came with the registration of their worker. */
export interface StreamSchemas {
  /** For everything a worker of this registration writes. */
  ofWorker(registration: WorkerRegistration): Promise<StreamCheck>;
  /** For what one task writes, whose worker is not known: by the newest registration of its kind. */
  ofTask(orgId: OrgId, taskId: TaskId): Promise<StreamCheck>;
}

/** Schemas of this many characters together are kept compiled: 16 Mi. */
const MOST_TEXT = 16 * 1_024 * 1_024;
/** 1,000 tasks, each for 5 s: most of them write often, and few workers change their mind. */
const MOST_TASKS = 1_000;
const TASK_KEPT_MS = 5_000;

export function createStreamSchemas(store: Pick<Store, 'queries' | 'workers'>, logger: Logger): StreamSchemas {
  /** By the text of the schema: a fleet registers the same one again and again. */
  const compiled = new LRUCache<Json, Promise<Validate | undefined>>({
    maxSize: MOST_TEXT,
    sizeCalculation: (_check, schema) => 1_024 + schema.length,
  });
  const tasks = new LRUCache<string, Promise<StreamCheck>>({ max: MOST_TASKS, ttl: TASK_KEPT_MS });

  const compile = ({ name, schema }: StreamCapability): Promise<Validate | undefined> => {
    if (schema === undefined) return Promise.resolve(undefined);
    let validate = compiled.get(schema);
    if (validate === undefined) {
      validate = compileSchema(schema, 'value').catch((error: unknown) => {
        logger.warn({ err: error, stream: name }, logEvents.schemaUnusable);
        return undefined;
      });
      compiled.set(schema, validate);
    }
    return validate;
  };

  const checkOf = async (streams: readonly StreamCapability[]): Promise<StreamCheck> => {
    const checks = new Map(
      await Promise.all(streams.map(async (stream) => [stream.name, await compile(stream)] as const)),
    );
    return ({ stream, value, characters }) => {
      if (!checks.has(stream)) return `its worker has not registered the stream "${stream}"`;
      const problems = problemsOf(checks.get(stream), value, characters);
      return problems.length === 0 ? undefined : `it does not fit the stream "${stream}": ${someOf(problems)}`;
    };
  };

  const checkOfTask = async (orgId: OrgId, taskId: TaskId): Promise<StreamCheck> => {
    const record = await store.queries.task(orgId, taskId);
    const definition = record && (await store.workers.definition(orgId, 'task', record.task.kind));
    return checkOf(definition?.streams ?? []);
  };

  return {
    ofWorker: ({ definitions }) => checkOf(definitions.flatMap(({ streams }) => streams)),
    ofTask(orgId, taskId) {
      const name = `${orgId} ${taskId}`;
      let check = tasks.get(name);
      if (check === undefined) {
        check = checkOfTask(orgId, taskId);
        tasks.set(name, check);
        // Whoever asked hears of it; the next one asks again.
        check.catch(() => tasks.delete(name));
      }
      return check;
    },
  };
}

function problemsOf(validate: Validate | undefined, value: unknown, characters: number): readonly string[] {
  try {
    return validate?.(value, characters) ?? [];
  } catch {
    return ['the check against its schema took too long'];
  }
}
