import type { HistoryEventName } from '@flovyn/protocol';
import { deserialize } from '../serde.js';

/** A recorded line of a history, read and ready to be delivered. */
export interface Fact {
  readonly sequence: number;
  readonly type: HistoryEventName;
  readonly data: FactData;
  /** Absent while the server has not recorded it: a result applied ahead of its confirmation. */
  readonly timestampMs: number | undefined;
}

export type FactData = Readonly<Record<string, unknown>>;

/** A line as it comes from the wire or a file. */
export interface RawFact {
  readonly sequence: number;
  readonly type: string;
  /** A JSON object as text. */
  readonly data: string;
  readonly timestampMs: number;
}

/** Reads a line. Values in it are revived, and other spellings of its type are understood. */
export function readFact(raw: RawFact): Omit<Fact, 'type'> & { readonly type: string } {
  const data = deserialize(raw.data);
  return {
    sequence: raw.sequence,
    type: canonicalType(raw.type),
    data: typeof data === 'object' && data !== null ? (data as FactData) : {},
    timestampMs: raw.timestampMs,
  };
}

/** `TaskScheduled` and `TASK_SCHEDULED` are one type. */
export function canonicalType(type: string): string {
  const upper = type.includes('_') ? type : type.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return upper === 'WORKFLOW_FAILED' ? 'WORKFLOW_EXECUTION_FAILED' : upper;
}

/** The first of the members that holds text. Old records spell some members differently. */
export function textOf(data: FactData, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = data[key];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

/** The first of the members that is there, whatever it holds; `null` when none is. */
export function valueOf(data: FactData, ...keys: readonly string[]): unknown {
  for (const key of keys) {
    if (Object.hasOwn(data, key)) return data[key];
  }
  return null;
}
