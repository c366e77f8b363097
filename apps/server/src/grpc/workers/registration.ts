import type { Capability, OrgId, StreamCapability, WorkerRegistration } from '@flovyn/engine';
import { type Json, ServiceError, parseInteger, parseKind } from '@flovyn/protocol';
import {
  type TaskCapability,
  type WorkerRegistrationRequest,
  type WorkflowCapability,
  parseJsonBytes,
} from '@flovyn/protocol/grpc';
import { STREAM_NAME_RULE, isStreamName } from '@flovyn/events/schemas';
import { refuseOtherOrg, storable } from '../requests/fields.js';
import { workerIdOf, workerName } from './worker-id.js';

const MOST_KINDS = 10_000;
const MOST_TAGS = 100;
const MOST_STREAMS = 100;
/** Longer texts are cut: they are for people, and none of them is worth refusing a worker. */
const LONGEST_LINE = 255;
const LONGEST_DESCRIPTION = 8_192;
/** What the published workers say when nobody gave a version. */
const FIRST_VERSION = '1.0.0';

/**
 * What a worker says of itself and of what it can do, checked. Agents are passed over.
 *
 * @throws {ServiceError} INVALID_ARGUMENT and its relatives, PERMISSION_DENIED for another organisation.
 */
export function parseRegistration(message: WorkerRegistrationRequest, orgId: OrgId): WorkerRegistration {
  refuseOtherOrg(message.orgId, orgId);
  const { workflows, tasks } = message;
  const streamsOf = streamsOfTasks();
  parseInteger(workflows.length + tasks.length, 'The number of kinds', 0, MOST_KINDS);
  return {
    id: workerIdOf(message.workerName, orgId),
    orgId,
    name: workerName(message.workerName),
    version: line(message.workerVersion),
    type: typeOf(message),
    hostName: line(message.hostName),
    processId: line(message.processId),
    metadata: jsonOf(message.metadata, 'metadata'),
    definitions: [
      ...once(workflows).map((workflow) => ({
        ...capability('workflow', workflow),
        version: versionOf(workflow),
        streams: [],
      })),
      ...once(tasks).map((task) => ({
        ...capability('task', task),
        version: FIRST_VERSION,
        streams: streamsOf(task),
      })),
    ],
  };
}

/** The kinds of one type a worker has registered. */
export function kindsOf({ definitions }: WorkerRegistration, type: Capability['type']): readonly string[] {
  return definitions.filter((definition) => definition.type === type).map(({ kind }) => kind);
}

function capability(
  type: Capability['type'],
  message: WorkflowCapability | TaskCapability,
): Omit<Capability, 'version' | 'streams'> {
  const kind = parseKind(message.kind);
  const { timeoutSeconds = 0 } = message;
  parseInteger(message.tags.length, `The number of tags of ${kind}`, 0, MOST_TAGS);
  return {
    type,
    kind,
    name: message.name === '' ? kind : line(message.name),
    description: storable(message.description.slice(0, LONGEST_DESCRIPTION)),
    timeoutSeconds: timeoutSeconds > 0 ? timeoutSeconds : undefined,
    cancellable: message.cancellable,
    tags: message.tags.map(line),
    retryPolicy: jsonOf(message.retryPolicy, `retry_policy of ${kind}`),
    inputSchema: jsonOf(message.inputSchema, `input_schema of ${kind}`),
    outputSchema: jsonOf(message.outputSchema, `output_schema of ${kind}`),
    metadata: jsonOf(message.metadata, `metadata of ${kind}`),
  };
}

/** What tasks write to streams of their author's. One worker means one thing by a name: its entries say the name alone. */
function streamsOfTasks(): (task: TaskCapability) => readonly StreamCapability[] {
  const schemas = new Map<string, Json | undefined>();
  return ({ kind, streams }) => {
    parseInteger(streams.length, `The number of streams of ${kind}`, 0, MOST_STREAMS);
    return streams.map(({ name, description, schema: bytes }) => {
      if (!isStreamName(name)) throw new ServiceError('INVALID_ARGUMENT', `In task "${kind}": ${STREAM_NAME_RULE}.`);
      const schema = jsonOf(bytes, `schema of stream ${name}`);
      if (schemas.has(name) && schemas.get(name) !== schema) {
        throw new ServiceError(
          'INVALID_ARGUMENT',
          `Two tasks of the worker give the stream "${name}" different schemas.`,
        );
      }
      schemas.set(name, schema);
      return { name, description: storable(description.slice(0, LONGEST_DESCRIPTION)), schema };
    });
  };
}

/** Each kind once: the last word about it counts. */
function once<Message extends { readonly kind: string }>(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.map((message) => [message.kind, message])).values()];
}

function typeOf({ workerType, workflows, tasks }: WorkerRegistrationRequest): WorkerRegistration['type'] {
  const said = workerType.toUpperCase();
  if (said === 'WORKFLOW' || said === 'TASK' || said === 'UNIFIED') return said;
  if (tasks.length === 0 && workflows.length > 0) return 'WORKFLOW';
  return workflows.length === 0 && tasks.length > 0 ? 'TASK' : 'UNIFIED';
}

function versionOf({ version }: WorkflowCapability): string {
  return version === '' ? FIRST_VERSION : line(version);
}

/** @throws {ServiceError} MALFORMED_JSON */
function jsonOf(bytes: Uint8Array, what: string): Json | undefined {
  return bytes.length === 0 ? undefined : parseJsonBytes(bytes, what);
}

function line(text: string): string {
  return storable(text.slice(0, LONGEST_LINE));
}
