import { parseArgs } from 'node:util';

/** What a run was asked to be. */
export interface Asked {
  readonly minutes: number;
  readonly seed: number;
  readonly executions: number;
  readonly isKept: boolean;
}

/** The command line was not understood. Its message is all there is to say, unless `showsUsage`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly showsUsage: boolean;

  constructor(message: string, { showsUsage, ...options }: ErrorOptions & { readonly showsUsage: boolean }) {
    super(message, options);
    this.showsUsage = showsUsage;
  }
}

export const USAGE = `Usage: pnpm chaos [options]

Breaks whatever can break below real servers and workers under load, and judges what they leave behind.

  --minutes <n>      how long there are load and faults; healing comes on top (10)
  --seed <n>         which executions are started, and which faults are drawn (taken from the time)
  --executions <n>   how many are under way at a time (200)
  --keep             leaves the folder of the run, which is kept anyway on failure
  --help             this text

Exit status: 0 when every promise was kept, 1 when one was not, 2 when the command line is not understood.
`;

const OPTIONS = {
  minutes: { type: 'string', default: '10' },
  seed: { type: 'string' },
  executions: { type: 'string', default: '200' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/**
 * Reads the command line, without the names of the program.
 *
 * @returns `undefined` when only help was asked for.
 * @throws {UsageError} when it cannot be understood, saying why.
 */
export function readArguments(words: readonly string[]): Asked | undefined {
  const values = parsed(words);
  if (values.help) return undefined;
  return {
    minutes: checked('minutes', values.minutes, 'a number above 0', (value) => value > 0),
    seed:
      values.seed === undefined
        ? Date.now() % 1_000_000
        : checked('seed', values.seed, 'a whole number from 0', (value) => Number.isSafeInteger(value) && value >= 0),
    executions: checked(
      'executions',
      values.executions,
      'a whole number above 0',
      (value) => Number.isSafeInteger(value) && value > 0,
    ),
    isKept: values.keep,
  };
}

function parsed(words: readonly string[]) {
  try {
    // pnpm passes on the `--` that may stand before options.
    return parseArgs({ args: words.filter((word) => word !== '--'), options: OPTIONS }).values;
  } catch (error: unknown) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(why, { cause: error, showsUsage: true });
  }
}

function checked(name: string, text: string, rule: string, isRight: (value: number) => boolean): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && isRight(value)) return value;
  throw new UsageError(`--${name} must be ${rule}, not "${text}".`, { showsUsage: false });
}
