import { type Cursor, formatCursor } from '../cursor.js';
import { type ExecutionId, isExecutionId } from '../ids.js';

/** The JetStream stream that carries copies of frames between server processes. */
export const STREAM_NAME = 'FLOVYN_STREAMS';

const PREFIX = 'flovyn.streams.workflow.';
const LIFECYCLE_PREFIX = 'flovyn.events.';

/** Where copies of one execution's frames are published. */
export type StreamSubject = `${typeof PREFIX}${string}`;

/** Matches the subject of every execution. */
export const streamSubjectWildcard = `${PREFIX}*` as const;

/** The subject of one execution's frames; a standalone task's stream has the task's own id. */
export function streamSubject(id: ExecutionId): StreamSubject {
  return `${PREFIX}${id}`;
}

/** The execution a stream subject belongs to; `undefined` when it is no such subject. */
export function parseStreamSubject(subject: string): ExecutionId | undefined {
  const id = subject.slice(PREFIX.length);
  return subject.startsWith(PREFIX) && isExecutionId(id) ? id : undefined;
}

/** What makes a published entry unique, so that JetStream keeps it once: `<id>:<epoch>.<seq>`. */
export function streamMessageId(id: ExecutionId, cursor: Cursor): string {
  return `${id}:${formatCursor(cursor)}`;
}

const TOKEN = /^[A-Za-z0-9_-]+$/;
const NAME = /^[a-z_]+\.[a-z_]+$/;

/**
 * Where an organisation's event of this name is published.
 *
 * @param name - as `lifecycleName` of the front door gives it, such as `task.failed`.
 * @throws {TypeError} if the organisation's id or the name could not be a part of a subject.
 */
export function lifecycleSubject(organisationId: string, name: string): string {
  if (!NAME.test(name)) throw new TypeError(`"${name}" is not the name of an event, such as "task.failed".`);
  return `${organisationPrefix(organisationId)}${name}`;
}

/** Matches every event of one organisation. */
export function lifecycleWildcard(organisationId: string): string {
  return `${organisationPrefix(organisationId)}>`;
}

/** The organisation and event name a subject stands for; `undefined` when it is no such subject. */
export function parseLifecycleSubject(subject: string): { organisationId: string; name: string } | undefined {
  if (!subject.startsWith(LIFECYCLE_PREFIX)) return undefined;
  const rest = subject.slice(LIFECYCLE_PREFIX.length);
  const organisationId = rest.slice(0, rest.indexOf('.'));
  const name = rest.slice(organisationId.length + 1);
  return TOKEN.test(organisationId) && NAME.test(name) ? { organisationId, name } : undefined;
}

function organisationPrefix(organisationId: string): string {
  if (!TOKEN.test(organisationId)) throw new TypeError('The id of an organisation has letters, digits, "_" and "-".');
  return `${LIFECYCLE_PREFIX}${organisationId}.`;
}
