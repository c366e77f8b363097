import { Refusal } from '../refusal.js';
import { type Field, parseField } from './field.js';
import { type Entry, prefixOf } from './registry.js';

/** What is to be added to the registry. */
export interface NewEvent {
  readonly name: string;
  readonly entity: string;
  readonly fields: readonly Field[];
  readonly isTerminal: boolean;
  /** Absent when nobody said it: then it is one more thing to do. */
  readonly doc: string | undefined;
}

/** The same as it was said. */
export interface SaidEvent {
  readonly name: string;
  readonly entity: string;
  readonly field: readonly string[];
  readonly terminal: boolean;
  readonly doc: string | undefined;
}

/**
 * What was said, understood.
 *
 * @throws {Refusal} with what to say instead.
 */
export function parseNewEvent({ name, entity, field, terminal, doc }: SaidEvent, entries: readonly Entry[]): NewEvent {
  const entities = [...new Set(entries.map((entry) => entry.entity))].toSorted();
  if (!entities.includes(entity)) {
    throw new Refusal(
      `There are no events about "${entity}". Say --entity with one of ${entities.join(', ')}; ` +
        'a new entity begins with a file in packages/events/src/registry/.',
    );
  }
  if (!/^[A-Z][A-Z\d]*(_[A-Z\d]+)+$/.test(name)) {
    throw new Refusal(`"${name}" is no name of an event. They are said in the past and written like TASK_RETRIED.`);
  }
  const prefix = prefixOf(entity);
  if (!name.startsWith(prefix)) {
    throw new Refusal(
      `${name} is not about a ${entity}: names of its events begin with ${prefix}. Say --name ${prefix}${name}, or another --entity.`,
    );
  }
  const taken = entries.find((entry) => entry.name === name);
  if (taken !== undefined) {
    throw new Refusal(
      `${name} exists already, in ${taken.file}. An event never changes its shape; choose another name for another one.`,
    );
  }
  const fields = field.map(parseField);
  const twice = fields.find((one, index) => fields.findIndex((other) => other.name === one.name) !== index);
  if (twice !== undefined) throw new Refusal(`The field ${twice.name} is said twice. Say it once.`);
  return { name, entity, fields, isTerminal: terminal, doc };
}
