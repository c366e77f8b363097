/** One small mistake in a source file, and the tests that must notice it. */
export interface Mutant {
  /** Relative to the package. */
  readonly file: string;
  /** Text of the file, found once. */
  readonly from: string;
  readonly to: string;
  readonly tests: string;
}

const DECODE = 'src/decode.test.ts';
const MATCH = 'src/match.test.ts';
const ORDER = 'src/order/check.test.ts';

const of = (file: string, tests: string, ...changes: readonly (readonly [from: string, to: string])[]): Mutant[] =>
  changes.map(([from, to]) => ({ file, from, to, tests }));

/** The mistakes one could make in reading, matching and ordering without the compiler noticing. */
export const mutants: readonly Mutant[] = [
  ...of(
    'src/decode.ts',
    DECODE,
    ["if (type === 'Event') return", "if (type !== 'token') return"],
    ["if (typeof type !== 'string') return", 'if (type === null) return'],
    ['!Object.hasOwn(streamEvents, type)', '!(type in streamEvents)'],
    ['!Object.hasOwn(stateEventShapes, name)', '!(name in stateEventShapes)'],
    ['const time = read(TIME, raw);', 'const time = read({}, raw);'],
    ["read(shape, raw['data'], 'data')", "read(shape, raw['data'])"],
    ['return { ...decoded, head: head.value };', 'return decoded;'],
    ['data.unrecognized === undefined ?', 'data.unrecognized !== undefined ?'],
  ),
  ...of(
    'src/read.ts',
    DECODE,
    ['if (issues.length > 0) return', 'if (issues.length > 1) return'],
    [
      "field.kind === 'optional' && (given === undefined || given === null)",
      "field.kind === 'optional' && given === undefined",
    ],
    ['raw === undefined || raw === null ? null', 'raw === null ? null'],
    ['if (raw === undefined) return [];', ''],
    ['findings.unrecognized.push(path);', ''],
    ['      return UNRECOGNIZED;', '      return raw;'],
    ['(field.pattern?.test(raw) ?? true)', 'raw.length > 0'],
    ['Number.isSafeInteger(raw) && raw >= field.min', 'Number.isSafeInteger(raw)'],
    ['Number.isSafeInteger(raw) && raw >= field.min', 'raw >= field.min'],
    ['return Number.isFinite(raw) ?', 'return raw === raw ?'],
    ['value !== null && !Array.isArray(value)', 'value !== null'],
  ),
  ...of(
    'src/match.ts',
    MATCH,
    ['handler === undefined ? otherwise(event)', 'handler !== undefined ? otherwise(event)'],
    ["const key = event.type === 'Event' ? entityOf(event) : 'stream';", "const key = 'stream';"],
    ["return event.type === 'Event' ? event.event : event.type;", 'return event.type;'],
  ),
  ...of(
    'src/guards.ts',
    MATCH,
    [
      "if (event.type !== 'Event') return false;\n  const ends",
      "if (event.type !== 'Event') return true;\n  const ends",
    ],
    ["if (ends !== 'unless-pending') return ends === true;", 'return ends !== undefined;'],
    ["event.data.status === 'PENDING'", "event.data.status !== 'PENDING'"],
    ['event.data.id === executionId && isTerminal(event)', 'isTerminal(event)'],
  ),
  ...of(
    'src/order/numbering.ts',
    ORDER,
    ['this.#expected = seq + 1;', 'this.#expected = seq;'],
    ['this.#expected = to + 1;', 'this.#expected = undefined;'],
    ['seq === expected) return', 'seq >= expected) return'],
    ['if (this.#left.has(epoch)) return', 'if (this.#left.has(epoch) && seq === 0) return'],
    ['seq <= limit) return', 'seq > 0) return'],
    ['midStream ? undefined : 1', 'undefined'],
  ),
  ...of(
    'src/order/execution.ts',
    ORDER,
    ['if (this.#hasEnded(frame)) return;\n    const id', 'const id'],
    ["entity === 'workflow' && id !== frame.executionId", "entity === 'workflow' && id === ''"],
    ['executionCount !== before + 1', 'executionCount <= before'],
    ["subject.phase !== 'running'", "subject.phase === 'ended'"],
    ['attempt !== subject.attempt) {', 'attempt < subject.attempt) {'],
    ['if (attempt === undefined) this.#report', 'if (attempt === 0) this.#report'],
    ['if (!this.#loose && nameOf(event) !== opening)', 'if (this.#loose && nameOf(event) !== opening)'],
    ['if (!legal)\n', 'if (!legal && last !== undefined)\n'],
    ["'TASK_FAILED' && !isTerminal(event)", "'TASK_FAILED' && isTerminal(event)"],
    ['      subject.phase = UNKNOWN;\n      subject.attempt = undefined;\n    }\n  }', '    }\n  }'],
  ),
  ...of(
    'src/order/grammar.ts',
    ORDER,
    [
      "created: { WORKFLOW_STARTED: 'running',",
      "created: { WORKFLOW_STARTED: 'running', WORKFLOW_SUSPENDED: 'suspended',",
    ],
    [
      "suspended: { WORKFLOW_RESUMED: 'running',",
      "suspended: { WORKFLOW_RESUMED: 'running', WORKFLOW_COMPLETED: 'ended',",
    ],
    [
      "open: { TIMER_FIRED: 'closed', TIMER_CANCELLED: 'closed'",
      "open: { TIMER_FIRED: 'open', TIMER_CANCELLED: 'closed'",
    ],
    [
      "open: { PROMISE_RESOLVED: 'closed', PROMISE_REJECTED: 'closed'",
      "open: { PROMISE_RESOLVED: 'closed', PROMISE_REJECTED: 'open'",
    ],
    ["failed: { RETRY_REQUESTED: 'waiting'", "failed: { RETRY_REQUESTED: 'waiting', TASK_COMPLETED: 'ended'"],
  ),
  ...of(
    'src/order/machine.ts',
    ORDER,
    ['return { legal: false, phase: lead };', 'return { legal: true, phase: lead };'],
    ['others.length === 0 ? lead : UNKNOWN', 'UNKNOWN'],
  ),
];
