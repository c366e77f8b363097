import type { StreamEventType } from '../enums.js';
import { type Decoded, decode } from '../decode.js';
import { isExecutionId, isTaskId } from '../ids.js';
import { isRecord } from '../read.js';
import type { PlainOrigin } from './plain.js';

/** An event that came without a frame, and whose it is when the stream is a consolidated one. */
export interface Bare {
  readonly decoded: Decoded;
  readonly origin?: PlainOrigin;
}

/**
 * The event a value without a frame stands for: a bare text or number, tagged JSON, news, or one of these wrapped in the
 * ids of a consolidated stream.
 *
 * @param json - the text's JSON value; `undefined` when the text is not JSON.
 */
export function decodeBare(name: StreamEventType, text: string, json: unknown): Bare {
  const wrapped = unwrap(json);
  if (wrapped === undefined) return { decoded: decodeValue(name, text, json) };
  // Some servers put the payload's text, not its value, in the wrapper.
  const { data, origin } = wrapped;
  const inner = typeof data === 'string' ? (parseJson(data) ?? data) : data;
  return { decoded: decodeValue(name, typeof data === 'string' ? data : JSON.stringify(data), inner), origin };
}

/** The value of a JSON text; `undefined`, which JSON cannot say, when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeValue(name: StreamEventType, text: string, json: unknown): Decoded {
  switch (name) {
    case 'token':
      return isTagged(json, 'token', 'text') ? decode(json) : decode({ type: 'token', text });
    case 'error':
      return isTagged(json, 'error', 'message') ? decode(json) : decode({ type: 'error', message: text });
    case 'progress':
      return isTagged(json, 'progress', 'progress') ? decode(json) : decode({ type: 'progress', progress: json });
    case 'data':
      if (json === undefined) return { ok: false, kind: 'malformed', reason: 'data is not JSON', raw: text };
      return isTagged(json, 'Event', 'event') || isTagged(json, 'data', 'data')
        ? decode(json)
        : decode({ type: 'data', data: json });
  }
}

/** Whether a value says itself what it is, so that it is not the author's own. */
function isTagged(json: unknown, type: string, field: string): boolean {
  return isRecord(json) && json['type'] === type && Object.hasOwn(json, field);
}

const WRAPPER_KEYS: ReadonlySet<string> = new Set([
  'workflowExecutionId',
  'agentExecutionId',
  'taskExecutionId',
  'data',
]);

function unwrap(json: unknown): { data: unknown; origin: PlainOrigin } | undefined {
  if (!isRecord(json) || !Object.hasOwn(json, 'data')) return undefined;
  if (!Object.keys(json).every((key) => WRAPPER_KEYS.has(key))) return undefined;
  const { workflowExecutionId, agentExecutionId, taskExecutionId, data } = json;
  if (!isExecutionId(workflowExecutionId) && !isExecutionId(agentExecutionId)) return undefined;
  return {
    data,
    origin: {
      ...(isExecutionId(workflowExecutionId) ? { workflowExecutionId } : {}),
      ...(isExecutionId(agentExecutionId) ? { agentExecutionId } : {}),
      ...(isTaskId(taskExecutionId) ? { taskExecutionId } : {}),
    },
  };
}
