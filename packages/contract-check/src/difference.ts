import { type DifferenceKind, effectOf } from './kinds.js';
import { type DifferenceClass, type Role, judge, worst } from './role.js';

/** One difference, before anybody has asked what it means in a role. */
export interface Finding {
  readonly path: string;
  readonly kind: DifferenceKind;
  readonly message: string;
}

/** One difference between two versions, and what it does. */
export interface Difference {
  /**
   * Where in the values, as a JSON Pointer: `/data/status`. A star stands for every item, or every property that has no
   * name of its own; `<event=TASK_FAILED>` for one alternative of a union. Empty for the whole value.
   */
  readonly path: string;
  /** What sort of change it is; stable across versions of this package, unlike `message`. */
  readonly kind: DifferenceKind;
  /** What it does in the role that was asked about. */
  readonly class: DifferenceClass;
  /** One sentence for people. */
  readonly message: string;
}

/** Every difference between two versions, and the worst of their classes. */
export interface Report {
  /** `same` when there is no difference at all. */
  readonly class: DifferenceClass | 'same';
  readonly differences: readonly Difference[];
}

export function toReport(findings: readonly Finding[], role: Role): Report {
  const different = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  const differences = [...different.values()].map(({ path, kind, message }): Difference => ({
    path,
    kind,
    class: judge(effectOf(kind), role),
    message,
  }));
  return { class: worst(differences.map((difference) => difference.class)), differences };
}
