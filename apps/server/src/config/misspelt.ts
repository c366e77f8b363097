import type { z } from 'zod';
import { FileSchema, sectionOf } from './schema.js';

/** Shorter names must have all letters of ours: so short, one that differs in a letter may well be somebody else's. */
const LONG_ENOUGH = 10;

/** OpenTelemetry has variables of its own, which are ours but for an underscore. */
const OF_OTHERS: ReadonlySet<string> = new Set(['otel']);

/** Every key that one variable can set, as a path. */
const SETTINGS = pathsOf(FileSchema.shape).filter(([first = '']) => !OF_OTHERS.has(first));

/**
 * The setting a variable that is none was probably meant for: one with the same letters in its name, wherever the underscores
 * stand, or with one letter more, less or other, or two in the other order. Whatever is less alike belongs to other programs.
 *
 * @returns the path of its key; `undefined` when there is none.
 */
export function probablyMeant(variable: string): readonly string[] | undefined {
  const letters = lettersOf(variable);
  const isAlike = (path: readonly string[]): boolean => {
    const other = lettersOf(path.join(''));
    return letters === other || (other.length >= LONG_ENOUGH && isAlmost(letters, other));
  };
  return SETTINGS.find(isAlike);
}

/** How the environment names a key. */
export function variableOf(path: readonly string[]): string {
  return path.join('__').toUpperCase();
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function isAlmost(one: string, other: string): boolean {
  const shortest = Math.min(one.length, other.length);
  let head = 0;
  while (head < shortest && one[head] === other[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && one.at(-1 - tail) === other.at(-1 - tail)) tail += 1;
  const [mine, theirs] = [one.slice(head, one.length - tail), other.slice(head, other.length - tail)];
  if (mine.length <= 1 && theirs.length <= 1) return true;
  return mine.length === 2 && mine === `${theirs.slice(1)}${theirs.slice(0, 1)}`;
}

function pathsOf(shape: Readonly<Record<string, z.ZodType>>): readonly (readonly string[])[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    const inner = sectionOf(schema);
    return inner === undefined ? [[key]] : pathsOf(inner).map((path) => [key, ...path]);
  });
}
