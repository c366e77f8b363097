import { type ExecutionId, type OrgId, type Queries, type QueryAnswer, publicStatus } from '@flovyn/engine';
import { type Json, ServiceError, fromJson, jsonNull, toJson } from '@flovyn/protocol';

/**
 * Answers a question to an execution from what is stored of it: `state` is all its values, `getState` one of them,
 * `status` how it stands. Workers of another make answer no questions, so their executions can be asked these.
 *
 * @throws {ServiceError} NOT_FOUND
 */
export async function answerFromStore(
  queries: Pick<Queries, 'state' | 'workflow'>,
  orgId: OrgId,
  id: ExecutionId,
  name: string,
  params: Json,
): Promise<QueryAnswer> {
  if (name === 'status') {
    const record = await queries.workflow(orgId, id);
    if (record === undefined) throw notFound(id);
    return { result: toJson(publicStatus(record.workflow)) };
  }
  const state = await queries.state(orgId, id);
  if (state === undefined) throw notFound(id);
  switch (name) {
    case 'state':
      return { result: objectOf(state.values) };
    case 'getState':
    case 'get_state': {
      const key = keyOf(params);
      if (key === undefined) return { error: `The query ${name} needs the parameters {"key": "…"}.` };
      return { result: state.values.get(key) ?? jsonNull };
    }
    default:
      return { error: `Unknown query: ${name}` };
  }
}

/** The values stay the text they are. */
function objectOf(values: ReadonlyMap<string, Json>): Json {
  const members = [...values].map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return `{${members.join(',')}}` as Json;
}

function keyOf(params: Json): string | undefined {
  const value = fromJson(params);
  if (typeof value !== 'object' || value === null || !('key' in value)) return undefined;
  return typeof value.key === 'string' ? value.key : undefined;
}

function notFound(id: ExecutionId): ServiceError {
  return new ServiceError('NOT_FOUND', `There is no workflow execution ${id}.`);
}
