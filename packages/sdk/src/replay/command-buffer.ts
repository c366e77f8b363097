import type { Command, CommandType } from '@flovyn/protocol';

/**
 * Commands that leave exactly one fact each, so that the numbers of a turn can be told before the server tells them. Not
 * those whose fact has to be read: a promise's tells its id, the end of a task or child is delivered to the code.
 */
const countable: ReadonlySet<CommandType> = new Set<CommandType>([
  'RECORD_OPERATION',
  'SET_STATE',
  'CLEAR_STATE',
  'SCHEDULE_TASK',
  'START_TIMER',
  'SCHEDULE_CHILD_WORKFLOW',
  'SIGNAL_CHILD_WORKFLOW',
]);

export function leavesOneFact(type: CommandType): boolean {
  return countable.has(type);
}

/** A place in a turn for a command whose content is not known yet: the record of an operation that still runs. */
export interface Slot {
  command: Command | undefined;
}

/** The commands of one turn, in the order the code issued them. */
export class CommandBuffer {
  #slots: Slot[] = [];

  push(command: Command): void {
    this.#slots.push({ command });
  }

  /** Keeps a place, so that the record stands where the call was made. */
  reserve(): Slot {
    const slot: Slot = { command: undefined };
    this.#slots.push(slot);
    return slot;
  }

  /** Gives the commands and begins the next turn. */
  take(): Command[] {
    const commands = this.#slots.flatMap((slot) => slot.command ?? []);
    this.#slots = [];
    return commands;
  }
}

/**
 * The calls of one class of commands. The n-th call is matched with the n-th command event of the class, whichever was
 * there first: during replay the event, live the call.
 */
export class CommandClass<Recorded> {
  /** What each index stands for, from history or, beyond it, from the code. */
  readonly #entries: Recorded[] = [];
  #called = 0;
  #seen = 0;
  #sent = 0;

  /** Counts a call. `recorded` is what history has at its index, absent beyond it. */
  call(): { readonly index: number; readonly recorded: Recorded | undefined } {
    const index = this.#called;
    this.#called += 1;
    return { index, recorded: this.#entries[index] };
  }

  /** What the call just counted issued. */
  issue(entry: Recorded): void {
    this.#entries.push(entry);
  }

  /** A command event of history. Gives the entry the code had issued for it, when it was issued here. */
  record(entry: Recorded): Recorded | undefined {
    const index = this.#seen;
    this.#seen += 1;
    const issued = this.#entries[index];
    if (issued === undefined) this.#entries.push(entry);
    return issued;
  }

  /** A turn was sent: whatever was sent before it is in the history the turn was made from. */
  turnSent(): void {
    this.#seen = Math.max(this.#seen, this.#sent);
    this.#sent = this.#entries.length;
  }

  /** The turn stands in the history exactly where it was expected: its events need not be seen. */
  turnRecorded(): void {
    this.#seen = Math.max(this.#seen, this.#sent);
  }
}
