import { streamCases } from '../cases/index.js';
import { reasonOf } from '../play/reason-of.js';
import type { CaseResult } from '../player.js';
import { runCases } from '../run-cases.js';
import type { StreamCase } from '../vocabulary.js';
import { type Asked, USAGE, UsageError, readArguments } from './arguments.js';
import { documentOf, linesOf, summaryOf } from './report.js';

/** Where the program writes. */
export interface Output {
  /** Results. */
  readonly out: (line: string) => void;
  /** What went wrong with the program itself. */
  readonly err: (line: string) => void;
}

/** @returns the exit status: 0 when all is well, 1 when a promise was broken, 2 when the command line was not understood. */
export async function main(words: readonly string[], { out, err }: Output): Promise<0 | 1 | 2> {
  try {
    const asked = readArguments(words);
    if (asked === undefined) {
      out(USAGE);
      return 0;
    }
    const themes = chosen(asked);
    const cases = themes.flatMap(([, some]) => some);
    if (asked.isList) {
      out(asked.isJson ? JSON.stringify(cases, undefined, 2) : listOf(themes));
      return 0;
    }
    const results = await run(cases, asked, out);
    return results.every(({ findings }) => findings.length === 0) ? 0 : 1;
  } catch (error: unknown) {
    const isUsage = error instanceof UsageError;
    err(isUsage ? `${error.message}\n\n${USAGE}` : reasonOf(error));
    return isUsage ? 2 : 1;
  }
}

async function run(cases: readonly StreamCase[], asked: Asked, out: Output['out']): Promise<CaseResult[]> {
  const { target, isJson, timeoutMs, concurrency } = asked;
  const begun = performance.now();
  const onResult = isJson ? undefined : (result: CaseResult): void => out(linesOf(result));
  const results = await runCases(cases, target, { timeoutMs, concurrency, onResult });
  const tookMs = Math.round(performance.now() - begun);
  out(isJson ? documentOf(results, tookMs) : summaryOf(results, tookMs));
  return results;
}

type Themes = readonly (readonly [theme: string, cases: readonly StreamCase[]])[];

/**
 * What was asked for, by theme.
 *
 * @throws {UsageError} when something was asked for that there is not.
 */
function chosen({ only, isSlow, isList }: Asked): Themes {
  const all = Object.entries(streamCases);
  for (const name of only) {
    if (all.some(([theme, cases]) => theme === name || cases.some(({ id }) => id === name))) continue;
    throw new UsageError(`There is no case and no theme "${name}"; --list shows them.`);
  }
  return all.map(([theme, cases]) => {
    const isWhole = only.length === 0 || only.includes(theme);
    const isWanted = ({ id, isSlow: takesLong }: StreamCase): boolean =>
      only.includes(id) || (isWhole && (isSlow || isList || takesLong !== true));
    return [theme, cases.filter(isWanted)] as const;
  });
}

function listOf(themes: Themes): string {
  const lineOf = ({ id, promise, title, isSlow }: StreamCase): string =>
    `  ${promise} ${id}: ${title}${isSlow ? ' (slow)' : ''}`;
  return themes
    .filter(([, cases]) => cases.length > 0)
    .flatMap(([theme, cases]) => [theme, ...cases.map(lineOf)])
    .join('\n');
}
