import { DeterminismViolation } from '../errors.js';

/** What code and history disagree about. */
export type ViolationType =
  | 'TaskTypeMismatch'
  | 'ChildWorkflowMismatch'
  | 'OperationNameMismatch'
  | 'PromiseNameMismatch'
  | 'TimerIdMismatch'
  | 'StateKeyMismatch'
  | 'TypeMismatch';

/** Where code and history disagree. */
export interface Violation {
  /** What it is about. */
  readonly type: ViolationType;
  /** Which call of its class it was, from 0. */
  readonly sequence: number;
  /** For a child workflow: whether it is called otherwise, or another one. */
  readonly field?: 'name' | 'kind';
  /** What history says. */
  readonly expected: string;
  /** What the code did. */
  readonly actual: string;
}

const subjects: Record<Exclude<ViolationType, 'TypeMismatch'>, string> = {
  TaskTypeMismatch: 'Task type',
  ChildWorkflowMismatch: 'Child workflow',
  OperationNameMismatch: 'Operation name',
  PromiseNameMismatch: 'Promise name',
  TimerIdMismatch: 'Timer ID',
  StateKeyMismatch: 'State key',
};

/** The violation as an error a person can act on. */
export function violationError(violation: Violation): DeterminismViolation {
  return new DeterminismViolation(describe(violation), JSON.stringify(violation), violation);
}

function describe({ type, sequence, field, expected, actual }: Violation): string {
  if (type === 'TypeMismatch') return `Type mismatch at sequence ${sequence}: expected ${expected}, got ${actual}`;
  const subject = field === undefined ? subjects[type] : `${subjects[type]} ${field}`;
  return `${subject} mismatch at sequence ${sequence}: expected '${expected}', got '${actual}'`;
}
