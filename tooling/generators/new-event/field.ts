import { Refusal } from '../refusal.js';

/** One key that an event's data has beyond those of its entity. */
export interface Field {
  readonly name: string;
  /** How `shape.ts` says it. */
  readonly shape: string;
  /** What `shape.ts` has to be asked for. */
  readonly imports: readonly string[];
  /** A value of it, as source. */
  readonly sample: string;
}

const TYPES = {
  int: { shape: 'count', sample: '1' },
  number: { shape: 'number', sample: '0.5' },
  text: { shape: 'text', sample: "'text'" },
  uuid: { shape: 'uuid', sample: "'018f6b2e-0000-7000-8000-0000000000f1'" },
} as const;

/**
 * A field from `name:type`, where the type is int, number, text or uuid. With a `?` behind it the value may be null.
 *
 * @throws {Refusal} for a type that is none of these, or what is no name.
 */
export function parseField(text: string): Field {
  const [name = '', type = '', more] = text.split(':');
  if (!/^[a-z][A-Za-z\d]*$/.test(name) || more !== undefined) {
    throw new Refusal(`"${text}" is no field. Say --field name:type with a name in camelCase, such as attempt:int.`);
  }
  const isNullable = type.endsWith('?');
  const known = isNullable ? type.slice(0, -1) : type;
  if (!isType(known)) {
    throw new Refusal(
      `Fields have no type "${type}". Say one of ${Object.keys(TYPES).join(', ')}, with ? behind it when it may be null; ` +
        'words and lists are written by hand in src/snapshots/.',
    );
  }
  const { shape, sample } = TYPES[known];
  return isNullable
    ? { name, shape: `orNull(${shape})`, imports: [shape, 'orNull'], sample }
    : { name, shape, imports: [shape], sample };
}

function isType(type: string): type is keyof typeof TYPES {
  return Object.hasOwn(TYPES, type);
}
