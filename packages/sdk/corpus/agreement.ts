import { isDeepStrictEqual } from 'node:util';
import { DeterminismViolation } from '../src/errors.js';
import { isCommandOf, isOutcomeOf } from './compare.js';
import { incremental } from './incremental.js';
import { type Entry, type Ledger, ledgerOf } from './ledger.js';
import { Instance, type Turn, asRead } from './recorder.js';
import { type Call, type Recorded, type Scenario, isCancel, isOutcome } from './scenario.js';
import { type Ended, scriptOf } from './script.js';

/** What is wrong with a scenario, or with us; empty where they agree. */
export async function disagreements(scenario: Scenario): Promise<readonly string[]> {
  const ledger = ledgerOf(scenario.history);
  if (scenario.violation !== undefined) return violated(scenario, ledger);
  const { expected = [] } = scenario;
  return [
    ...(await replayed(scenario, ledger, scenario.replayed ?? expected)),
    ...(await incremental(scenario, ledger)),
  ];
}

/** Rule 1: the calls end in the violation that is expected. */
async function violated(scenario: Scenario, ledger: Ledger): Promise<string[]> {
  const { violation, replayed: calls = [] } = scenario;
  const script = scriptOf(scenario, ledger, calls);
  const { commands, outcome } = await new Instance(scenario, script.definition).play(scenario.history);
  const thrown = script.thrown();
  if (outcome.type !== 'FAILED' || outcome.failureType !== 'DETERMINISM_VIOLATION') {
    return [`no violation: the execution is ${said({ commands, outcome })}`];
  }
  const type = DeterminismViolation.is(thrown) ? thrown.violation?.type : undefined;
  const wrong = violation?.words.filter((word) => !outcome.error.includes(word)) ?? [];
  return [
    ...(violation?.type === undefined || violation.type === type
      ? []
      : [`the violation is ${type}, not ${violation.type}`]),
    ...wrong.map((word) => `the message does not say "${word}": ${outcome.error}`),
    ...(commands.length === 0 ? [] : ['commands of a turn with a violation are left']),
  ];
}

/** Rule 2: against the whole history the calls get what it says, and lead to nothing that it lacks. */
async function replayed(scenario: Scenario, ledger: Ledger, calls: readonly Call[]): Promise<string[]> {
  const script = scriptOf(scenario, ledger, calls);
  const turn = await new Instance(scenario, script.definition).play(scenario.history);
  const wrong: string[] = [];
  const created = turn.commands.filter((command) => !isCancel({ type: wordOf(command.type) }));
  // Code may do more than its history; what is expected of the history itself may not.
  const asked = scenario.replayed === undefined ? [] : script.unrecorded;
  const isAsked =
    created.length === asked.length && created.every((command, index) => isAskedFor(asked[index], command));
  if (!isAsked) wrong.push(`replay: new commands ${JSON.stringify(created)}`);
  const outcome = calls.find(isOutcome);
  if (!isOutcomeOf(outcome, turn.outcome)) wrong.push(`replay: ${said(turn)} instead of ${JSON.stringify(outcome)}`);
  for (const [entry, ended] of script.seen) {
    const problem = problemOf(entry, ended);
    if (problem !== undefined) wrong.push(`replay: ${entry.class} ${entry.index} ${problem}`);
  }
  for (const entry of Object.values(ledger).flat()) {
    const isMade = calls.filter((call) => classCount(call, entry)).length > entry.index;
    if (isMade && entry.end !== undefined && !script.seen.has(entry)) {
      wrong.push(`replay: ${entry.class} ${entry.index} never ended, though its history says so`);
    }
  }
  return wrong;
}

function isAskedFor(call: Call | undefined, command: Turn['commands'][number]): boolean {
  return call !== undefined && isCommandOf(call, command, (id) => id);
}

function classCount(call: Call, entry: Entry): boolean {
  const names: Partial<Record<Entry['class'], Call['type']>> = {
    task: 'ScheduleTask',
    timer: 'StartTimer',
    promise: 'CreatePromise',
    child: 'ScheduleChildWorkflow',
  };
  return names[entry.class] === call.type;
}

function problemOf({ class: name, event, end }: Entry, ended: Ended): string | undefined {
  const record = name === 'operation' ? event : end;
  if (record === undefined) return 'ended, though its history does not say so';
  const words = expectedOf(record);
  if ('value' in words) {
    if (!('value' in ended)) return `failed: ${String(ended.error)}`;
    return isDeepStrictEqual(ended.value ?? null, asRead(words.value))
      ? undefined
      : `gave ${JSON.stringify(ended.value)}`;
  }
  if ('value' in ended) return `gave ${JSON.stringify(ended.value)}, though it failed`;
  return String(ended.error).includes(words.error) ? undefined : `failed with other words: ${String(ended.error)}`;
}

/** What the code must see of an end. */
function expectedOf({ type, data }: Recorded): { readonly value: unknown } | { readonly error: string } {
  const first = (...keys: readonly string[]): unknown => data[keys.find((key) => Object.hasOwn(data, key)) ?? ''];
  switch (type) {
    case 'OPERATION_COMPLETED': {
      const value = first('result', 'output');
      const { __type: tag, message } = (value ?? {}) as { __type?: unknown; message?: unknown };
      return tag === 'OperationError' ? { error: String(message) } : { value };
    }
    case 'TASK_COMPLETED':
    case 'CHILD_WORKFLOW_COMPLETED':
      return { value: first('result', 'output') };
    case 'PROMISE_RESOLVED':
      return { value: first('value', 'result') };
    case 'TIMER_FIRED':
      return { value: null };
    case 'TIMER_CANCELLED':
      return { error: 'cancelled' };
    case 'PROMISE_TIMEOUT':
      return { error: 'timed out' };
    default: {
      const error = first('error', 'reason');
      return { error: typeof error === 'string' ? error : '' };
    }
  }
}

function said({ outcome }: Turn): string {
  return JSON.stringify({ ...outcome, stackTrace: undefined });
}

/** `CANCEL_TIMER` as files spell it. */
function wordOf(type: string): string {
  return type.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
