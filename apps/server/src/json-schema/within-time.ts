import { type Context, Script, createContext } from 'node:vm';

let place: { readonly context: Context; readonly script: Script } | undefined;

/**
 * Runs a function that awaits nothing, and stops it when it takes too long. For code whose duration others decide, such
 * as their patterns: it would hold up everybody else.
 *
 * @throws an error when the time is over, and whatever `run` throws.
 */
export function withinTime<Result>(limitMs: number, run: () => Result): Result {
  place ??= { context: createContext({}), script: new Script('run()') };
  const { context, script } = place;
  context['run'] = run;
  try {
    return script.runInContext(context, { timeout: limitMs }) as Result;
  } finally {
    context['run'] = undefined;
  }
}
