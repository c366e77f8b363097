import type { Finding } from '../difference.js';
import type { Json } from '../json.js';
import type { DifferenceKind } from '../kinds.js';

/** A finding at the place that is looked at. */
export function found(kind: DifferenceKind, message: string): Finding {
  return { path: '', kind, message };
}

/** Findings of a part, told from the whole. */
export function below(step: string, findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => ({ ...finding, path: step + finding.path }));
}

/** A value in a sentence, cut short. */
export function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
