import type { Command } from '@flovyn/protocol';
import { Replayer, type Turn } from '../src/replay/replayer.js';
import { deserialize, serialize } from '../src/serde.js';
import type { Logger, WorkflowDefinition } from '../src/types.js';
import type { Recorded, Scenario } from './scenario.js';

/** When every scenario begins, in milliseconds since 1970; each event comes a millisecond after the one before. */
const BEGIN_MS = 1_767_225_600_000;

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** An instance of a scenario's execution, that is fed by hand. */
export class Instance {
  readonly #replayer: Replayer;
  #sequence = 0;

  constructor({ workflowExecutionId, input }: Scenario, definition: WorkflowDefinition) {
    this.#replayer = new Replayer({ workflowExecutionId, definition, input, logger: silent });
  }

  /** Feeds these events, numbered in the order in which they come here, and runs the code until it cannot go on. */
  async play(events: readonly Recorded[]): Promise<Turn> {
    this.#replayer.read(
      events.map(({ type, data }) => {
        this.#sequence += 1;
        const timestampMs = BEGIN_MS + this.#sequence;
        return { sequence: this.#sequence, type, data: JSON.stringify(data), timestampMs };
      }),
    );
    await this.#replayer.play(() => Promise.resolve(true));
    return this.#replayer.takeTurn();
  }
}

/** A value as code gets it from the wire. */
export function asRead(value: unknown): unknown {
  return deserialize(serialize(value ?? null));
}

export type { Command, Turn };
