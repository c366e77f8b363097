import { z } from 'zod';

const object = z.record(z.string(), z.unknown());
const text = z.string().min(1);

const Call = z.looseObject({ type: text });

const File = z.strictObject({
  name: text,
  description: text,
  workflow_execution_id: z.guid(),
  org_id: z.guid(),
  workflow_kind: text,
  input: z.unknown(),
  events: z.array(z.strictObject({ sequence_number: z.int(), event_type: text, data: object.optional() })).min(1),
  expected_commands: z.array(Call).optional(),
  replay_commands: z.array(Call).optional(),
  determinism_test: z
    .strictObject({
      type: z.enum(['valid_replay', 'expect_violation']),
      description: text,
      violation_type: text.optional(),
      expected_error_contains: z.array(z.string()).optional(),
    })
    .optional(),
});

/** A recorded line. */
export interface Recorded {
  readonly sequence: number;
  /** Upper snake case, whatever the file says. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A call that code makes, or a command that it leads to. Members that are absent are not compared. */
export type Call =
  | { readonly type: 'ScheduleTask'; readonly kind: string | undefined; readonly input?: unknown }
  | {
      readonly type: 'ScheduleChildWorkflow';
      readonly name: string | undefined;
      readonly kind: string | undefined;
      readonly input?: unknown;
    }
  | { readonly type: 'StartTimer'; readonly timerId: string | undefined; readonly durationMs: number | undefined }
  | { readonly type: 'CancelTimer'; readonly timerId: string }
  | { readonly type: 'RequestCancelTask' | 'RequestCancelChildWorkflow'; readonly id: string }
  | { readonly type: 'RecordOperation'; readonly name: string; readonly result?: unknown }
  | { readonly type: 'CreatePromise'; readonly name: string; readonly timeoutMs: number | undefined }
  | { readonly type: 'SetState'; readonly key: string; readonly value?: unknown }
  | { readonly type: 'ClearState'; readonly key: string }
  | { readonly type: 'CompleteWorkflow'; readonly output?: unknown }
  | { readonly type: 'FailWorkflow'; readonly error: string | undefined }
  | { readonly type: 'CancelWorkflow'; readonly reason: string | undefined };

export type Outcome = Extract<Call, { type: 'CompleteWorkflow' | 'FailWorkflow' | 'CancelWorkflow' }>;

/** One file of a corpus, read. */
export interface Scenario {
  readonly name: string;
  readonly workflowExecutionId: string;
  readonly kind: string;
  readonly input: unknown;
  readonly history: readonly Recorded[];
  readonly expected: readonly Call[] | undefined;
  readonly replayed: readonly Call[] | undefined;
  /** What is to be violated; absent where everything is to be valid. */
  readonly violation: { readonly type: string | undefined; readonly words: readonly string[] } | undefined;
}

/**
 * Reads a file of a corpus.
 *
 * @param baseName - the file's name without `.json`, which must be the scenario's.
 * @throws {Error} that says what is wrong with it.
 */
export function readScenario(json: string, baseName: string): Scenario {
  const parsed = File.safeParse(JSON.parse(json));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const file = parsed.data;
  if (file.name !== baseName) throw new Error(`its name is ${file.name}, and the file's is ${baseName}`);
  const history = file.events.map(({ sequence_number: sequence, event_type: type, data = {} }, index) => {
    if (sequence !== index + 1) throw new Error(`event ${index + 1} has the number ${sequence}`);
    return { sequence, type: upperSnake(type), data };
  });
  if (history[0]?.type !== 'WORKFLOW_STARTED') throw new Error('its history does not begin with WorkflowStarted');
  const { determinism_test: test } = file;
  const isViolation = test?.type === 'expect_violation';
  if (isViolation && file.replay_commands === undefined) throw new Error('a violation needs its replay_commands');
  if (!isViolation && file.expected_commands === undefined) throw new Error('it says no expected_commands');
  return {
    name: file.name,
    workflowExecutionId: file.workflow_execution_id,
    kind: file.workflow_kind,
    input: file.input,
    history,
    expected: file.expected_commands?.map(toCall),
    replayed: file.replay_commands?.map(toCall),
    violation: isViolation ? { type: test.violation_type, words: test.expected_error_contains ?? [] } : undefined,
  };
}

export function isOutcome(call: Call): call is Outcome {
  return call.type === 'CompleteWorkflow' || call.type === 'FailWorkflow' || call.type === 'CancelWorkflow';
}

/** A wish to end something else. It leaves no event of its own. */
export function isCancel(call: { readonly type: string }): boolean {
  return /^(?:CancelTimer|RequestCancel)/.test(call.type);
}

function toCall(raw: z.infer<typeof Call>): Call {
  const first = (...keys: readonly string[]): unknown => raw[keys.find((key) => Object.hasOwn(raw, key)) ?? ''];
  const word = (...keys: readonly string[]): string | undefined => {
    const value = first(...keys);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new Error(`${keys.join(' or ')} of ${raw.type} is no text`);
    return value;
  };
  const needed = (...keys: readonly string[]): string => {
    const value = word(...keys);
    if (value === undefined) throw new Error(`${raw.type} needs its ${keys.join(' or ')}`);
    return value;
  };
  const count = (...keys: readonly string[]): number | undefined => {
    const value = first(...keys);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number') throw new Error(`${keys.join(' or ')} of ${raw.type} is no number`);
    return value;
  };
  const given = <Key extends string>(as: Key, ...keys: readonly string[]) =>
    (keys.some((key) => Object.hasOwn(raw, key)) ? { [as]: first(...keys) } : {}) as { readonly [K in Key]?: unknown };

  switch (raw.type) {
    case 'ScheduleTask':
      return { type: raw.type, kind: word('kind', 'taskType', 'task_type'), ...given('input', 'input') };
    case 'ScheduleChildWorkflow':
      return {
        type: raw.type,
        name: word('workflowName', 'childExecutionName', 'name'),
        kind: word('workflowKind', 'kind'),
        ...given('input', 'input'),
      };
    case 'StartTimer':
      return {
        type: raw.type,
        timerId: word('timerId', 'timer_id'),
        durationMs: count('duration', 'durationMs', 'duration_ms'),
      };
    case 'CancelTimer':
      return { type: raw.type, timerId: needed('timerId', 'timer_id') };
    case 'RequestCancelTask':
      return { type: raw.type, id: needed('taskExecutionId', 'task_execution_id') };
    case 'RequestCancelChildWorkflow':
      return { type: raw.type, id: needed('childExecutionId', 'childWorkflowExecutionId', 'child_execution_id') };
    case 'RecordOperation':
      return { type: raw.type, name: needed('operationName', 'operation_name', 'name'), ...given('result', 'result') };
    case 'CreatePromise':
      return {
        type: raw.type,
        name: needed('promiseName', 'promise_name', 'name'),
        timeoutMs: count('timeout', 'timeoutMs', 'timeout_ms'),
      };
    case 'SetState':
      return { type: raw.type, key: needed('key'), ...given('value', 'value') };
    case 'ClearState':
      return { type: raw.type, key: needed('key') };
    case 'CompleteWorkflow':
      return { type: raw.type, ...given('output', 'output', 'result') };
    case 'FailWorkflow':
      return { type: raw.type, error: word('error') };
    case 'CancelWorkflow':
      return { type: raw.type, reason: word('reason') };
    default:
      throw new Error(`there is no command ${raw.type}`);
  }
}

function upperSnake(type: string): string {
  const upper = type.includes('_') ? type : type.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return upper === 'WORKFLOW_FAILED' ? 'WORKFLOW_EXECUTION_FAILED' : upper;
}
