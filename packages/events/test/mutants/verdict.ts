import type { Mutant } from './mutants.js';

/** How the tests of one mutant ended. */
export interface Outcome {
  readonly mutant: Mutant;
  /** How many tests were run, and how many of them noticed the mistake. */
  readonly run: number;
  readonly noticed: number;
}

/** The source with the mistake in it. Throws when the text is not there exactly once: the list must follow the source. */
export function mutate({ file, from, to }: Mutant, source: string): string {
  const parts = source.split(from);
  if (parts.length !== 2) throw new Error(`${file} has this ${parts.length - 1} times instead of once: ${from}`);
  return parts.join(to);
}

/** The mistakes that no test noticed, as sentences. A file that did not even run proves nothing and is one of them. */
export function survivors(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes
    .filter(({ run, noticed }) => run === 0 || noticed === 0)
    .map(({ mutant: { file, from, to, tests }, run }) =>
      run === 0
        ? `${tests} ran no test on ${file} with \`${to}\` in place of \`${from}\`.`
        : `${file}: \`${to}\` in place of \`${from}\` survived ${tests}, whose tests are to bite.`,
    );
}
