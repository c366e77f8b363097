import { UNRECOGNIZED } from './enums.js';
import type { Issue } from './issue.js';
import type { Field, Shape, ValueOf } from './shape.js';

/** What came of reading a value. `unrecognized` lists the paths of words newer than this version. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value; readonly unrecognized?: readonly string[] }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/**
 * Reads an object of this shape: keys the shape does not have are left out, words it does not know become
 * `UNRECOGNIZED`. Never throws.
 *
 * @param within - path of the value in what was received, put before every path that is reported.
 */
export function read<S extends Shape>(shape: S, raw: unknown, within = ''): Read<ValueOf<S>> {
  const findings: Findings = { issues: [], unrecognized: [] };
  const value = readObject(shape, raw, within, findings) as ValueOf<S>;
  const { issues, unrecognized } = findings;
  if (issues.length > 0) return { ok: false, issues };
  return unrecognized.length > 0 ? { ok: true, value, unrecognized } : { ok: true, value };
}

interface Findings {
  readonly issues: Issue[];
  readonly unrecognized: string[];
}

function readObject(shape: Shape, raw: unknown, path: string, findings: Findings): unknown {
  if (!isRecord(raw)) return refuse(findings, path, raw === undefined ? 'missing' : 'wrong_type');
  const value: Record<string, unknown> = {};
  for (const key of Object.keys(shape)) {
    const field = shape[key] as Field;
    const given = Object.hasOwn(raw, key) ? raw[key] : undefined;
    if (field.kind === 'optional' && (given === undefined || given === null)) continue;
    value[key] = readField(field, given, path === '' ? key : `${path}.${key}`, findings);
  }
  return value;
}

function readField(field: Field, raw: unknown, path: string, findings: Findings): unknown {
  switch (field.kind) {
    case 'optional':
      return readField(field.of, raw, path, findings);
    case 'orNull':
      return raw === undefined || raw === null ? null : readField(field.of, raw, path, findings);
    case 'list':
      if (raw === undefined) return [];
      if (!Array.isArray(raw)) break;
      return raw.map((item: unknown, index) => readObject(field.of, item, `${path}.${index}`, findings));
    case 'texts':
      if (!Array.isArray(raw)) break;
      return raw.every((item) => typeof item === 'string') ? raw : refuse(findings, path, 'wrong_value');
    case 'word':
      if (typeof raw !== 'string') break;
      if (field.words.includes(raw)) return raw;
      findings.unrecognized.push(path);
      return UNRECOGNIZED;
    case 'text':
      if (typeof raw !== 'string') break;
      return (field.pattern?.test(raw) ?? true) ? raw : refuse(findings, path, 'wrong_value');
    case 'integer':
      if (typeof raw !== 'number') break;
      return Number.isSafeInteger(raw) && raw >= field.min ? raw : refuse(findings, path, 'wrong_value');
    case 'number':
      if (typeof raw !== 'number') break;
      return Number.isFinite(raw) ? raw : refuse(findings, path, 'wrong_value');
    case 'constant':
      return raw === field.value ? raw : refuse(findings, path, raw === undefined ? 'missing' : 'wrong_value');
    case 'json':
      if (raw !== undefined) return raw;
  }
  return refuse(findings, path, raw === undefined ? 'missing' : 'wrong_type');
}

function refuse(findings: Findings, path: string, code: Issue['code']): undefined {
  findings.issues.push({ path, code });
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
