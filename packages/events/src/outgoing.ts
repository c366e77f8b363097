import { decode } from './decode.js';
import type { Issue } from './issue.js';

/**
 * What is wrong with a state event before it is written; empty when nothing is. Writing is stricter than reading: an
 * event may be written when a reader of this version takes it exactly as it is, without a word it does not know, a key
 * it has to fill in, or one it leaves out.
 */
export function checkStateEvent(event: unknown): readonly Issue[] {
  const decoded = decode(event);
  if (!decoded.ok) {
    return decoded.kind === 'invalid' ? decoded.issues : [{ path: '', code: 'unknown_event' }];
  }
  if (decoded.event.type !== 'Event') return [{ path: '', code: 'unknown_event' }];
  const unknownWords = decoded.unrecognized?.map((path): Issue => ({ path, code: 'unrecognized_word' })) ?? [];
  return [...unknownWords, ...differingKeys(event, decoded.event)];
}

function differingKeys(written: unknown, read: unknown, path: readonly string[] = []): Issue[] {
  if (!isObject(written) || !isObject(read)) return [];
  const issueAt = (key: string, code: Issue['code']): Issue => ({ path: [...path, key].join('.'), code });
  const missing = Object.keys(read).filter((key) => !Object.hasOwn(written, key));
  const unknown = Object.keys(written).filter((key) => !Object.hasOwn(read, key));
  return [
    ...missing.map((key) => issueAt(key, 'missing')),
    ...unknown.map((key) => issueAt(key, 'unknown_key')),
    ...Object.keys(read).flatMap((key) => differingKeys(written[key], read[key], [...path, key])),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
