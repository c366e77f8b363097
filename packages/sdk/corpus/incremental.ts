import type { Command } from '@flovyn/protocol';
import { isCommandOf, isOutcomeOf } from './compare.js';
import { type CommandClass, type Ledger, classOfEvent, idKeys, idOf } from './ledger.js';
import { Instance, type Turn } from './recorder.js';
import { type Call, type Recorded, type Scenario, isOutcome } from './scenario.js';
import { scriptOf } from './script.js';

/** What a turn leaves in a history, besides its commands. */
const turnEnds: ReadonlySet<string> = new Set([
  'WORKFLOW_SUSPENDED',
  'WORKFLOW_COMPLETED',
  'WORKFLOW_EXECUTION_FAILED',
  'WORKFLOW_CANCELLED',
]);

const classOfCommand: Partial<Record<Command['type'], CommandClass>> = {
  SCHEDULE_TASK: 'task',
  START_TIMER: 'timer',
  CREATE_PROMISE: 'promise',
  SCHEDULE_CHILD_WORKFLOW: 'child',
  RECORD_OPERATION: 'operation',
  SET_STATE: 'state',
  CLEAR_STATE: 'state',
};

/** Rule 3: begun from its first event alone and fed the rest one by one, the code leads to exactly the expected commands. */
export async function incremental(scenario: Scenario, ledger: Ledger): Promise<string[]> {
  const { history, expected = [] } = scenario;
  const script = scriptOf(scenario, ledger, expected);
  const instance = new Instance(scenario, script.definition);
  const ids = new Ids(ledger);
  const emitted: Command[] = [];
  let last: Turn | undefined;
  let unread: Recorded[] = [];
  for (const event of history) {
    const isOwn = classOfEvent(event) !== undefined || turnEnds.has(event.type);
    if (isOwn) continue;
    last = await instance.play([...unread, ids.rewrite(event)]);
    unread = last.commands.flatMap((command) => ids.recordOf(command) ?? []);
    emitted.push(...last.commands);
    if (last.outcome.type !== 'SUSPENDED') break;
  }
  const commands = expected.filter((call) => !isOutcome(call));
  const at = commands.findIndex((call, index) => {
    const command = emitted[index];
    return command === undefined || !isCommandOf(call, command, (own) => ids.fileId(own));
  });
  const wrong: string[] = [];
  if (at !== -1) {
    wrong.push(`step by step: command ${at} is ${JSON.stringify(emitted[at])}, not ${JSON.stringify(commands[at])}`);
  } else if (emitted.length > commands.length) {
    wrong.push(`step by step: one command too many: ${JSON.stringify(emitted[commands.length])}`);
  }
  const outcome: Call | undefined = expected.find(isOutcome);
  if (last !== undefined && !isOutcomeOf(outcome, last.outcome)) {
    const ended = JSON.stringify({ ...last.outcome, stackTrace: undefined });
    wrong.push(`step by step: it ends as ${ended}, not as ${JSON.stringify(outcome)}`);
  }
  return wrong;
}

/** The ids that the code has made, and those that stand for them in the file. */
class Ids {
  readonly #ledger: Ledger;
  readonly #counts = new Map<CommandClass, number>();
  readonly #own = new Map<string, string>();
  readonly #file = new Map<string, string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The event that records a command, if the history has one. */
  recordOf(command: Command): Recorded | undefined {
    const name = classOfCommand[command.type];
    if (name === undefined) return undefined;
    const index = this.#counts.get(name) ?? 0;
    this.#counts.set(name, index + 1);
    const event = this.#ledger[name][index]?.event;
    if (event === undefined) return undefined;
    const own = ownIdOf(command);
    const file = name === 'task' || name === 'child' ? idOf(name, event) : undefined;
    if (own !== undefined && file !== undefined) {
      this.#own.set(`${name} ${file}`, own);
      this.#file.set(own, file);
    }
    return this.rewrite(event);
  }

  fileId(own: string): string {
    return this.#file.get(own) ?? own;
  }

  rewrite(event: Recorded): Recorded {
    const data = Object.entries(event.data).map(([key, value]) => {
      const of = (['task', 'child'] as const).find((name) => idKeys[name].includes(key));
      return [key, this.#own.get(`${of} ${String(value)}`) ?? value];
    });
    return { ...event, data: Object.fromEntries(data) as Recorded['data'] };
  }
}

function ownIdOf(command: Command): string | undefined {
  if (command.type === 'SCHEDULE_TASK') return command.taskExecutionId;
  return command.type === 'SCHEDULE_CHILD_WORKFLOW' ? command.childWorkflowExecutionId : undefined;
}
