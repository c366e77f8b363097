import { Comparison } from '../compare/comparison.js';
import { below } from '../compare/findings.js';
import type { Finding } from '../difference.js';
import { type Json, isObject } from '../json.js';
import { effectOf } from '../kinds.js';
import { type Node, SchemaDocument, SchemaError } from '../schema/document.js';
import { Normaliser } from '../schema/normalise.js';
import { Work, isTooMuch } from '../schema/work.js';
import { type Contract, type EventEntry, definitionsOf, entriesOf } from './contract.js';

/** The schemas of two versions of a contract, compared event by event. */
export class EventSchemas {
  readonly #before: Contract;
  readonly #after: Contract;
  readonly #documents: readonly [SchemaDocument, SchemaDocument];

  constructor(before: Contract, after: Contract) {
    this.#before = before;
    this.#after = after;
    this.#documents = [new SchemaDocument(before.schema), new SchemaDocument(after.schema)];
  }

  /** What differs in the payload of an event that both versions have. */
  compare(name: string, was: EventEntry, is: EventEntry): readonly Finding[] {
    const [before, after] = this.#documents;
    return compareNodes(name, nodeOf(before, this.#before, name, was), nodeOf(after, this.#after, name, is));
  }

  /** Whether an event is another one in all but its name. */
  isRenamed(name: string, was: EventEntry, newName: string, is: EventEntry): boolean {
    const definition = definitionsOf(this.#before)[was.definition ?? name];
    const renamed = replaced(definition ?? null, name, newName);
    const document = new SchemaDocument({
      ...(this.#before.schema as object),
      $defs: { ...definitionsOf(this.#before), '': renamed },
    });
    const after = nodeOf(this.#documents[1], this.#after, newName, is);
    const findings = compareNodes(name, nodeOf(document, this.#before, '', {}, renamed), after);
    return findings.every(({ kind }) => effectOf(kind) === 'words');
  }

  /** What differs around the events: each is left out, as it is compared by itself. */
  compareFrames(): readonly Finding[] {
    const { frame: was } = this.#before.manifest;
    const { frame: is } = this.#after.manifest;
    if (was === undefined && is === undefined) return [];
    if (was === undefined || is === undefined) {
      return [{ path: 'frame', kind: 'meaning-changed', message: 'what events travel in has come or gone' }];
    }
    const [before, after] = [withoutEvents(this.#before), withoutEvents(this.#after)];
    return compareNodes(
      'frame',
      nodeOf(new SchemaDocument(before.schema), before, 'frame', was),
      nodeOf(new SchemaDocument(after.schema), after, 'frame', is),
    );
  }
}

function compareNodes(name: string, before: Node, after: Node): readonly Finding[] {
  const work = new Work();
  try {
    return below(name, new Comparison(new Normaliser(work), work).children([before], [after]));
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    return [{ path: name, kind: 'too-complex', message: 'the schemas are too large to be compared' }];
  }
}

function nodeOf(document: SchemaDocument, contract: Contract, name: string, entry: EventEntry, given?: Json): Node {
  const id = entry.definition ?? name;
  const definition = given ?? definitionsOf(contract)[id];
  if (definition === undefined) throw new SchemaError(`The schema has no definition "${id}" for ${name}.`);
  return document.target(definition);
}

function withoutEvents(contract: Contract): Contract {
  const names = Object.entries(entriesOf(contract)).map(([name, { definition }]) => definition ?? name);
  const definitions = { ...definitionsOf(contract), ...Object.fromEntries(names.map((name) => [name, {}])) };
  return { ...contract, schema: { ...(contract.schema as object), $defs: definitions } };
}

/** The value with another text wherever this one stands. */
function replaced(value: Json, text: string, by: string): Json {
  if (value === text) return by;
  if (Array.isArray(value)) return value.map((item: Json) => replaced(item, text, by));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, replaced(held, text, by)]));
}
