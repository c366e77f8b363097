import { AsyncLocalStorage } from 'node:async_hooks';
import { loggerTo } from './log.js';
import type { Logger, WorkflowDefinition } from './types.js';

/** How to tell the author of the workflow whose code is running; absent outside of guarded workflows. */
const inside = new AsyncLocalStorage<(call: Call) => void>();

/** Calls whose answer a replay does not get again, and what workflow code asks instead. */
const instead = {
  'Date.now()': 'ctx.currentTimeMillis()',
  'new Date()': 'ctx.currentTime()',
  'Math.random()': 'ctx.random()',
  'setTimeout()': 'ctx.sleep()',
  'setInterval()': 'ctx.sleep() in a loop',
} as const;

type Call = keyof typeof instead;

/**
 * The same workflow, with a warning for each call in its code whose answer a replay would not get again: `Date.now()`,
 * `new Date()`, `Math.random()`, `setTimeout()` and `setInterval()`, each once for a workflow. What `ctx.run` is given may
 * call them. The calls themselves do what they always do.
 *
 * The first guarded workflow of a process puts watchers around these five; outside of guarded workflows they do nothing.
 */
export function guardWorkflow<I, O>(definition: WorkflowDefinition<I, O>, logger: Logger): WorkflowDefinition<I, O> {
  watchGlobals();
  const told = new Set<Call>();
  const tell = (call: Call): void => {
    if (told.has(call)) return;
    told.add(call);
    inside.exit(() =>
      logger.warn(
        `Workflow "${definition.name}" calls ${call}: a replay would get another answer. Use ${instead[call]}, or call it in ctx.run`,
      ),
    );
  };
  return {
    ...definition,
    run: (ctx, input) => inside.run(tell, () => definition.run(ctx, input)),
  };
}

/** A logger that workflow code calls and that may look at the clock itself. */
export function unguardedLogger(logger: Logger): Logger {
  return loggerTo((level, message, args) => inside.exit(() => logger[level](message, ...args)));
}

let isWatching = false;

function watchGlobals(): void {
  if (isWatching) return;
  isWatching = true;
  const told = (call: Call): void => inside.getStore()?.(call);
  const watched = <Called extends (...args: never) => unknown>(call: Called, name: Call): Called =>
    new Proxy(call, {
      apply(target, self, args) {
        told(name);
        return Reflect.apply(target, self, args) as unknown;
      },
    });
  const now = watched(Date.now, 'Date.now()');
  globalThis.Date = new Proxy(Date, {
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
    construct(target, args, newTarget) {
      if (args.length === 0) told('new Date()');
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target, self, args) {
      told('new Date()');
      return Reflect.apply(target, self, args) as unknown;
    },
  });
  Math.random = watched(Math.random, 'Math.random()');
  globalThis.setTimeout = watched(globalThis.setTimeout, 'setTimeout()');
  globalThis.setInterval = watched(globalThis.setInterval, 'setInterval()');
}
