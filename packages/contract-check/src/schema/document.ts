import { type Json, type JsonObject, isObject } from '../json.js';

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = boolean | JsonObject;

/** One place in a document of schemas. The same place is always the same object, so that it can be recognised. */
export interface Node {
  readonly id: number;
  readonly schema: JsonSchema;
  readonly document: SchemaDocument;
}

/** What a value has to satisfy, all of it. Empty: anything. */
export type Child = readonly Node[];

/** What says nothing about a value that a reference beside it does not say. */
const SILENT: readonly string[] = ['$ref', '$defs', 'definitions', '$schema'];

let lastId = 0;

/** A document that schemas are found in by reference. */
export class SchemaDocument {
  readonly #root: JsonSchema;
  readonly #nodes = new Map<JsonSchema, Node>();

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  get root(): Node {
    return this.target(this.#root);
  }

  isRoot(schema: JsonSchema): boolean {
    return schema === this.#root;
  }

  /** @throws {SchemaError} if it is neither an object nor a boolean. */
  node(schema: Json | undefined): Node {
    if (!isSchema(schema)) throw new SchemaError(`${JSON.stringify(schema)} stands where a schema is expected.`);
    let node = this.#nodes.get(schema);
    if (node === undefined) {
      lastId += 1;
      node = { id: lastId, schema, document: this };
      this.#nodes.set(schema, node);
    }
    return node;
  }

  /** The place that a schema leads to, if all it does is refer to another: so that a recursion is recognised. */
  target(schema: Json | undefined): Node {
    const seen = new Set<Json | undefined>();
    let node = this.node(schema);
    while (isObject(node.schema) && !seen.has(node.schema)) {
      seen.add(node.schema);
      const reference = node.schema['$ref'];
      if (typeof reference !== 'string' || Object.keys(node.schema).some((keyword) => !SILENT.includes(keyword))) break;
      node = this.find(reference) ?? node;
    }
    return node;
  }

  /** What a `$ref` within this document leads to; undefined when that is not in it. */
  find(reference: string): Node | undefined {
    if (!reference.startsWith('#')) return undefined;
    let found: Json = this.#root;
    for (const part of decodeURIComponent(reference.slice(1)).split('/').slice(1)) {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const next: Json | undefined = isObject(found) && Object.hasOwn(found, name) ? found[name] : itemOf(found, name);
      if (next === undefined) return undefined;
      found = next;
    }
    // `#name` is an anchor, which is not looked for.
    const isPointer = reference === '#' || reference.startsWith('#/');
    return isPointer && isSchema(found) ? this.node(found) : undefined;
  }
}

/** What was given is not a schema this package can read. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

function isSchema(value: Json | undefined): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}

function itemOf(value: Json, name: string): Json | undefined {
  return Array.isArray(value) && /^\d+$/.test(name) ? (value as readonly Json[])[Number(name)] : undefined;
}
