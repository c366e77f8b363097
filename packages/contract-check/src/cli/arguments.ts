import { parseArgs } from 'node:util';

import { CLASSES, type DifferenceClass, ROLES, type Role } from '../role.js';

/** What was asked for. */
export interface Request {
  readonly before: string;
  readonly after: string;
  readonly role: Role;
  readonly isJson: boolean;
  readonly allowed: readonly DifferenceClass[];
}

export const USAGE = `contract-check <old> <new> [options]

Compares two versions of a JSON Schema (draft 2020-12) or of an event contract.

  <old>  a JSON Schema, a snapshot or folder of a contract, a folder of released snapshots (each is compared),
         or a module that exports a zod schema: file.js, file.js#name
  <new>  the same, but one version

Options
  --role <role>    who uses the new version while others, and what is stored, have the old one:
                     reader  it must read all that was written
                     writer  readers with the old one must understand what it writes
                     both    (default)
  --allow <class>  do not fail for this class: breaking or needs-a-human; may be repeated
  --json           print JSON
  --help           print this

Ends with 0 when all is well, 1 when something breaks, 2 when a human has to look, 3 when it cannot compare.
`;

/** A call that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What the words of a call ask for; undefined when they ask for help.
 *
 * @throws {UsageError}
 */
export function parseArguments(words: readonly string[]): Request | undefined {
  const { values, positionals } = parsed(words);
  if (values.help === true) return undefined;
  const [before, after, ...others] = positionals;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new UsageError('Two versions are compared: contract-check <old> <new>.');
  }
  return {
    before,
    after,
    role: oneOf(ROLES, '--role', values.role ?? 'both'),
    isJson: values.json === true,
    allowed: (values.allow ?? []).map((word) => oneOf(CLASSES, '--allow', word)),
  };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        role: { type: 'string' },
        allow: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function oneOf<Word extends string>(words: readonly Word[], option: string, word: string): Word {
  const found = words.find((one) => one === word);
  if (found === undefined) throw new UsageError(`${option} is one of ${words.join(', ')}, not ${word}.`);
  return found;
}
