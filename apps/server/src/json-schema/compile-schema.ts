import { type Json, fromJson } from '@flovyn/protocol';
import type { Ajv, AnySchema, ErrorObject, Options } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import { describeProblem } from './describe-problem.js';
import { withinTime } from './within-time.js';

/**
 * What is wrong with a value, in words; empty when it fits. Throws when that cannot be found out in time.
 *
 * @param characters - how long the JSON text of the value is.
 */
export type Validate = (value: unknown, characters: number) => readonly string[];

/** 256 Ki characters: compiling a larger one would hold up everybody. */
const LONGEST_SCHEMA = 256 * 1_024;
const MOST_PROBLEMS = 10;

/** 500 ms: a large schema takes some 20 ms. */
const COMPILE_MS = 500;
/** 100 ms: 100,000 values take some 10 ms. */
const VALIDATE_MS = 100;

/** Words with which a check may take longer than schema and value are large. */
const SLOW_WORDS = /"(?:pattern|patternProperties|uniqueItems|\$ref|\$dynamicRef|\$recursiveRef)":/;
/** Characters of the schema times those of the value. So much takes a millisecond or two, and watching it takes 0.1 ms. */
const QUICK = 1_000_000;

/** Schemas come from many generators, so whatever is not understood says nothing. */
const OPTIONS: Options = {
  strict: false,
  logger: false,
  allErrors: true,
  // Members every object inherits are not there.
  ownProperties: true,
  // Both drafts take `format` for a remark, and generators use formats nobody else knows.
  validateFormats: false,
};

type Draft = '2020-12' | '07';

/** The first problems as one text, with the number of those left out. */
export function someOf(problems: readonly string[]): string {
  const rest = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : '';
  return `${problems.slice(0, MOST_PROBLEMS).join('; ')}${rest}`;
}

/**
 * Makes a check of a JSON Schema, of draft 2020-12 or draft 07; one that does not say is read as either.
 *
 * @param what - what the checked value is called in words about it: `input`.
 * @throws when the schema is none, is longer than 256 Ki characters, or names another document.
 */
export async function compileSchema(text: Json, what: string): Promise<Validate> {
  if (text.length > LONGEST_SCHEMA) throw new Error(`The schema has ${text.length} characters.`);
  const { draft, schema } = parseSchema(text);
  if (draft !== undefined) return compile(schema, draft, what);
  try {
    return await compile(schema, '2020-12', what);
  } catch (error: unknown) {
    return await compile(schema, '07', what).catch(() => {
      throw error;
    });
  }
}

function parseSchema(text: Json): { readonly draft: Draft | undefined; readonly schema: AnySchema } {
  const parsed = fromJson(text);
  if (typeof parsed === 'boolean') return { draft: undefined, schema: parsed };
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('A schema is an object.');
  // Its draft is read here: a name of it that the library does not know would make it refuse the schema.
  const { $schema, ...schema } = parsed as Readonly<Record<string, unknown>>;
  const name = typeof $schema === 'string' ? $schema : '';
  if (/draft-0[67]/.test(name)) return { draft: '07', schema };
  return { draft: /2019-09|2020-12/.test(name) ? '2020-12' : undefined, schema };
}

type Compiler = Ajv | Ajv2020;

/** What knows the schemas of schemas: making it takes 20 times as long as compiling one. */
const judges = new Map<Draft, Promise<Compiler>>();

async function compile(schema: AnySchema, draft: Draft, what: string): Promise<Validate> {
  let judge = judges.get(draft);
  if (judge === undefined) judges.set(draft, (judge = newCompiler(draft, OPTIONS)));
  const known = await judge;
  if (withinTime(COMPILE_MS, () => known.validateSchema(schema)) !== true) throw new Error(known.errorsText());
  // A new one each time: what others named in their schemas must lead nowhere from this one.
  const compiler = await newCompiler(draft, { ...OPTIONS, meta: false, validateSchema: false });
  const validate = withinTime(COMPILE_MS, () => compiler.compile(schema));
  return checkWith(validate, JSON.stringify(schema), what);
}

/** Loads the library when the first schema comes. */
async function newCompiler(draft: Draft, options: Options): Promise<Compiler> {
  if (draft === '07') return new (await import('ajv')).Ajv(options);
  return new (await import('ajv/dist/2020.js')).Ajv2020(options);
}

interface Compiled {
  (value: unknown): unknown;
  errors?: ErrorObject[] | null;
}

function checkWith(validate: Compiled, schema: string, what: string): Validate {
  const isSteady = !SLOW_WORDS.test(schema);
  return (value, characters) => {
    const isQuick = isSteady && schema.length * characters <= QUICK;
    const fits = isQuick ? validate(value) : withinTime(VALIDATE_MS, () => validate(value));
    return fits === true ? [] : (validate.errors ?? []).map((error) => describeProblem(error, what));
  };
}
