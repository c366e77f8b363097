import { TomlError, parse } from 'smol-toml';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';
import { probablyMeant, variableOf } from './misspelt.js';
import { FileSchema, type FileConfig, sectionOf } from './schema.js';

type Tree = { [key: string]: unknown };
type Path = readonly PropertyKey[];

export interface ReadConfig {
  readonly values: FileConfig;
  readonly warnings: readonly string[];
  /** How a person finds a key: the variable or file that set it. */
  readonly nameOf: (path: Path) => string;
}

/**
 * Merges the file (text of a TOML document, if there is one) and the environment, which wins, and checks the result.
 *
 * @throws {ConfigError} naming the variable, or the key and the file, that is wrong.
 */
export function readSources(
  environment: Readonly<Record<string, string | undefined>>,
  file: { readonly path: string; readonly text: string } | undefined,
): ReadConfig {
  const tree: Tree = file === undefined ? {} : parseToml(file.path, file.text);
  const variables = new Map<string, string>();
  const others: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || value === '') continue;
    const path = variable.toLowerCase().split('__');
    if (!isOurs(path)) {
      others.push(variable);
      continue;
    }
    put(tree, path, value, variable);
    variables.set(path.join('.'), variable);
  }
  const nameOf = (path: Path): string => {
    const key = path.reduce<string>(
      (name, part) =>
        typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
      '',
    );
    const variable = variables.get(path.join('.'));
    return variable ?? (file === undefined ? key : `${key} in ${file.path}`);
  };
  const warnings = [...removeUnknown(tree, nameOf), ...others.flatMap((variable) => misspelt(variable, tree))];
  const parsed = FileSchema.safeParse(tree);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, nameOf)).join('\n'));
  return { values: parsed.data, warnings, nameOf };
}

function parseToml(path: string, text: string): Tree {
  try {
    return parse(text);
  } catch (error: unknown) {
    const where = error instanceof TomlError ? ` line ${error.line}, column ${error.column}` : '';
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new ConfigError(`${path}${where}: ${why}`, { cause: error });
  }
}

/** A variable is ours when its first part is a key of the file; the rest of the environment is other people's. */
function isOurs(path: readonly string[]): boolean {
  const [first = '', ...rest] = path;
  const schema = (FileSchema.shape as Record<string, z.ZodType | undefined>)[first];
  if (schema === undefined || !Object.hasOwn(FileSchema.shape, first)) return false;
  // `SERVER` or `AUTH` alone are sections here and may well mean something to somebody else.
  return (sectionOf(schema) !== undefined) === rest.length > 0;
}

function put(tree: Tree, path: readonly string[], value: string, variable: string): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    tree[key] = value;
    return;
  }
  const branch = (tree[key] ??= {});
  if (typeof branch !== 'object' || branch === null || Array.isArray(branch)) {
    throw new ConfigError(`${variable}: ${key} is not a section.`);
  }
  put(branch as Tree, rest, value, variable);
}

/** Takes unknown keys out of the tree and says which: a setting of another version must not stop this one. */
function removeUnknown(tree: Tree, nameOf: (path: Path) => string): string[] {
  const issues = FileSchema.safeParse(tree).error?.issues ?? [];
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      delete (issue.path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown>)[part], tree) as Tree)[key];
      return withoutEffect(nameOf(path));
    });
  });
}

/** Says so of a variable that resembles a setting. Where that one is set, the variable is somebody else's. */
function misspelt(variable: string, tree: Tree): readonly string[] {
  const meant = probablyMeant(variable);
  if (meant === undefined || isSet(meant, tree)) return [];
  return [`${withoutEffect(variable)} ${variableOf(meant)} is.`];
}

function isSet(path: readonly string[], tree: Tree): boolean {
  const value = path.reduce<unknown>((at, part) => (at as Tree | undefined)?.[part], tree);
  return value !== undefined;
}

function withoutEffect(name: string): string {
  return `${name} is not a setting of this version; it has no effect.`;
}

function describe(issue: z.core.$ZodIssue, nameOf: (path: Path) => string): string {
  return `${nameOf(issue.path)} ${issue.message.replace(/^Invalid input: /, '')}.`;
}
