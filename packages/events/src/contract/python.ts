import type { eventsSchema } from './json-schema.js';
import { words } from './manifest.js';
import { ANY_UUID, HEAD, READERS } from './python-text.js';

type Schema = Readonly<Record<string, unknown>>;

/** The module as far as it is written. A class stands before those that hold one of it. */
interface Module {
  readonly $defs: Readonly<Record<string, Schema>>;
  readonly written: Set<string>;
  readonly lines: string[];
}

/** How a value is said in Python: its type, and the reader that recognises it. */
interface Said {
  readonly type: string;
  readonly reader: string;
}

const KEYWORDS = new Set(['from', 'type', 'class', 'def', 'is', 'in', 'not', 'global', 'import', 'return', 'with']);

/** Source of the Python module: a class for each object of the contract, and a reader for each of its unions. */
export function pythonModule({ $defs }: ReturnType<typeof eventsSchema>): string {
  const module: Module = { $defs, written: new Set(), lines: [] };
  for (const union of ['StateEvent', 'StreamEvent']) addUnion(module, union);
  module.lines.push(...READERS);
  addDefinition(module, 'Frame');
  const controls = Object.keys($defs).filter((name) => name.startsWith('control.'));
  for (const control of controls) addDefinition(module, control);
  return [
    ...HEAD,
    ...Object.entries(words).flatMap(([name, list]) => [
      `${constantOf(name)} = (`,
      ...list.map((one) => `    "${one}",`),
      ')',
    ]),
    '',
    '',
    ...module.lines,
    'CONTROLS: Mapping[str, Type[Record]] = {',
    ...controls.map((name) => `    "${name.slice('control.'.length)}": ${nameOf(name)},`),
    '}',
    '',
  ].join('\n');
}

function addUnion(module: Module, name: string): void {
  const schema = module.$defs[name] ?? {};
  const tag = String(schema['x-open-union']);
  const members = (schema['anyOf'] as readonly { $ref: string }[]).map(({ $ref }) => definitionOf($ref));
  for (const member of members) addDefinition(module, member);
  module.lines.push(
    `${constantOf(name)}S: Mapping[str, Type[Record]] = {`,
    ...members.map((member) => `    "${tagOf(module.$defs[member] ?? {}, tag)}": ${nameOf(member)},`),
    '}',
    '',
    `${name} = Union[`,
    ...[...members.map(nameOf), 'UnknownEvent'].map((member) => `    ${member},`),
    ']',
    '',
  );
}

function addDefinition(module: Module, definition: string): string {
  const name = nameOf(definition);
  if (!module.written.has(name)) addClass(module, name, module.$defs[definition] ?? {});
  return name;
}

function addClass(module: Module, name: string, schema: Schema): void {
  module.written.add(name);
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  const required = new Set(schema['required'] as readonly string[] | undefined);
  const fields = properties.map(([key, property]) => {
    const { type, reader } = said(module, `${name}${pascal(key)}`, property);
    if (required.has(key)) return { key, type, reader, missing: 'REQUIRED' };
    if (Array.isArray(property['default'])) return { key, type, reader, missing: 'tuple' };
    return { key, type: type.startsWith('Optional[') ? type : `Optional[${type}]`, reader, missing: 'None' };
  });
  module.lines.push(
    '@dataclass(frozen=True)',
    `class ${name}(Record):`,
    ...fields.map(({ key, type }) => `    ${attribute(key)}: ${type}`),
    '',
    '    FIELDS: ClassVar = (',
    ...fields.map(({ key, reader, missing }) => `        ("${attribute(key)}", "${key}", ${reader}, ${missing}),`),
    '    )',
    '',
    '',
  );
}

function said(module: Module, path: string, schema: Schema): Said {
  const { $ref, type, anyOf, const: value, pattern, minimum, maximum, items } = schema;
  const list = schema['x-open-enum'] as readonly string[] | undefined;
  if (typeof $ref === 'string') return record(addDefinition(module, definitionOf($ref)));
  if (Array.isArray(anyOf)) {
    const [first, ...others] = (anyOf as readonly Schema[]).filter((one) => one['type'] !== 'null');
    if (first !== undefined && others.length === 0) return orNone(said(module, path, first));
    return { type: 'FlovynEvent', reader: 'read_event' };
  }
  if (Array.isArray(type)) {
    const [only = ''] = type.filter((one: unknown) => one !== 'null').map(String);
    return orNone(said(module, path, { ...schema, type: only }));
  }
  if (value !== undefined)
    return { type: typeof value === 'string' ? 'str' : 'int', reader: `constant(${JSON.stringify(value)})` };
  if (list !== undefined) return { type: 'str', reader: `word(${wordsOf(list)})` };
  switch (type) {
    case 'string':
      return { type: 'str', reader: `text(${typeof pattern === 'string' ? patternOf(pattern) : ''})` };
    case 'integer':
      return { type: 'int', reader: `integer(${String(minimum)}, ${String(maximum)})` };
    case 'number':
      return { type: 'float', reader: 'number' };
    case 'array': {
      const item = said(module, path, items as Schema);
      return { type: `Tuple[${item.type}, ...]`, reader: `each(${item.reader})` };
    }
    case 'object':
      addClass(module, path, schema);
      return record(path);
    case undefined:
      return { type: 'Any', reader: 'anything' };
    default:
      throw new Error(`Python has no word yet for ${path}: ${JSON.stringify(schema)}`);
  }
}

function record(name: string): Said {
  return { type: name, reader: `${name}.from_json` };
}

function orNone({ type, reader }: Said): Said {
  return { type: `Optional[${type}]`, reader: `or_none(${reader})` };
}

function wordsOf(list: readonly string[]): string {
  const found = Object.entries(words).find(([, each]) => each.join() === list.join());
  if (found === undefined) throw new Error(`The words ${list.join(', ')} have no name in the manifest.`);
  return constantOf(found[0]);
}

/** The pattern of most ids has a name, so that lines stay short. */
function patternOf(pattern: string): string {
  return pattern === ANY_UUID ? 'UUID' : `r"${pattern}"`;
}

function definitionOf(ref: string): string {
  return ref.slice('#/$defs/'.length);
}

function tagOf({ properties }: Schema, tag: string): string {
  return String((properties as Record<string, Schema>)[tag]?.['const']);
}

/** `WORKFLOW_CREATED` is WorkflowCreated, `stream.token` is TokenEvent, `control.gap` is GapControl. */
function nameOf(definition: string): string {
  if (definition.startsWith('stream.')) return `${pascal(definition.slice('stream.'.length))}Event`;
  if (definition.startsWith('control.')) return `${pascal(definition.slice('control.'.length))}Control`;
  return /^[A-Z\d_]+$/.test(definition)
    ? definition
        .split('_')
        .map((word) => pascal(word.toLowerCase()))
        .join('')
    : definition;
}

function pascal(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function snake(name: string): string {
  return name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
}

function constantOf(name: string): string {
  return snake(name).toUpperCase();
}

function attribute(key: string): string {
  return KEYWORDS.has(key) ? `${snake(key)}_` : snake(key);
}
