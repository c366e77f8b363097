import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type RowName, rowNames } from './report/result.js';

export interface Options {
  readonly rows: readonly RowName[];
  readonly quick: boolean;
  /** Where the results go as JSON. */
  readonly json: string | undefined;
  /** Where every process writes a CPU profile. */
  readonly profile: string | undefined;
}

export const usage = `Usage: pnpm bench [rows] [options]

Rows: ${rowNames.join(' ')}; all of them when none is named.

  --quick          one short run of each: is it alive, not how fast is it
  --json FILE      also writes the results as JSON, to compare with another commit
  --profile DIR    every process writes a CPU profile into this directory
`;

/**
 * @param directory - what names of files are relative to.
 * @throws with a sentence that names the argument that is wrong.
 */
export function parseOptions(args: readonly string[], directory = process.cwd()): Options {
  const pathOf = (name: string | undefined) => (name === undefined ? undefined : resolve(directory, name));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, json: { type: 'string' }, profile: { type: 'string' } },
  });
  const named = positionals.map(parseRow);
  return {
    // In the order of the table, whatever the order of the arguments.
    rows: named.length === 0 ? rowNames : rowNames.filter((row) => named.includes(row)),
    quick: values.quick ?? false,
    json: pathOf(values.json),
    profile: pathOf(values.profile),
  };
}

function parseRow(text: string): RowName {
  const row = rowNames.find((name) => name === text.toUpperCase());
  if (row === undefined) throw new Error(`"${text}" is no row; there are ${rowNames.join(', ')}.`);
  return row;
}
