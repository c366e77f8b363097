import { joinN, select, withTimeout } from '../src/combinators.js';
import { Duration } from '../src/duration.js';
import type { WorkflowContext, WorkflowDefinition } from '../src/types.js';
import { workflow } from '../src/workflow.js';
import type { Contender, Statement } from './random-program.js';

const HOUR = Duration.hours(1);
const childFlow = workflow<unknown, unknown>({ name: 'child', run: async () => null });

function begin(ctx: WorkflowContext, what: Contender) {
  switch (what) {
    case 'task':
      return ctx.schedule({ name: 'a', run: async () => null }, null);
    case 'child':
      return ctx.scheduleWorkflow(childFlow, null);
    case 'timer':
      return ctx.timer(HOUR);
    case 'signal':
      return ctx.waitForSignal('s');
    case 'promise':
      return ctx.promise('p');
  }
}

type OnAct = (name: string) => void;

async function perform(
  ctx: WorkflowContext,
  statements: readonly Statement[],
  trace: unknown[],
  onAct: OnAct,
): Promise<void> {
  for (const statement of statements) {
    try {
      trace.push(await performOne(ctx, statement, trace, onAct));
    } catch (error) {
      if (statement.do === 'obey' || statement.do === 'fail') throw error;
      trace.push((error as Error).message);
    }
  }
}

async function performOne(
  ctx: WorkflowContext,
  statement: Statement,
  trace: unknown[],
  onAct: OnAct,
): Promise<unknown> {
  switch (statement.do) {
    case 'task':
      return ctx.scheduleByName(statement.kind, trace.length);
    case 'spawn':
      void ctx.schedule({ name: statement.kind, run: async () => null }, trace.length);
      return 'spawned';
    case 'operation':
      return ctx.run(`op-${statement.value}`, () => {
        onAct(`op-${statement.value}`);
        return statement.value;
      });
    case 'operations':
      return Promise.all(
        statement.values.map((value) =>
          ctx.run('many', async () => {
            onAct('many');
            for (let i = 0; i < value; i += 1) await Promise.resolve();
            if (value === 7) throw new Error('seven');
            return value;
          }),
        ),
      );
    case 'set':
      ctx.set(statement.key, statement.value);
      return ctx.stateKeys();
    case 'clear':
      ctx.clear(statement.key);
      return ctx.get(statement.key);
    case 'clearAll':
      return ctx.clearAll();
    case 'chance':
      return [ctx.random(), ctx.randomUUID()];
    case 'time':
      return ctx.currentTimeMillis();
    case 'signal':
      return ctx.hasSignal('s') ? ctx.waitForSignal('s') : ctx.pendingSignalCount('s');
    case 'all':
      return Promise.all(statement.branches.map((branch) => perform(ctx, branch, trace, onAct)));
    case 'race':
      return Promise.race(statement.branches.map((branch) => perform(ctx, branch, trace, onAct)));
    case 'any':
      return Promise.any(statement.branches.map((branch) => perform(ctx, branch, trace, onAct)));
    case 'settled':
      return Promise.allSettled(statement.branches.map((branch) => perform(ctx, branch, trace, onAct)));
    case 'select':
      return select(
        statement.of.map((what) => begin(ctx, what)),
        statement,
      );
    case 'joinN':
      return joinN(
        statement.of.map((what) => begin(ctx, what)),
        2,
        statement,
      );
    case 'withTimeout':
      return withTimeout(Promise.all(statement.of.map((what) => begin(ctx, what))), ctx.timer(HOUR), statement);
    case 'steer': {
      const child = ctx.scheduleWorkflow(childFlow, trace.length);
      for (const act of statement.child) {
        if (act === 'wait') await Promise.race([child, ctx.sleep(HOUR)]);
        else await child[act](act);
      }
      return child;
    }
    case 'cancel': {
      const handle = begin(ctx, statement.what);
      await ctx.sleep(HOUR);
      if ('cancel' in handle) await handle.cancel('not wanted');
      return handle;
    }
    case 'promise':
      return ctx.promise(statement.name, statement.isLimited ? { timeout: HOUR } : {});
    case 'await signal':
      return ctx.waitForSignal(statement.name);
    case 'drain':
      return ctx.drainSignals('s');
    case 'sleep':
      return ctx.sleep(Duration.milliseconds(statement.ms));
    case 'named timer':
      return ctx.timer(HOUR, { id: statement.id });
    case 'limit':
      return withTimeout(begin(ctx, statement.what), HOUR, statement);
    case 'check':
    case 'obey':
      ctx.checkCancellation();
      return ctx.isCancellationRequested;
    case 'request cancellation':
      ctx.requestCancellation('enough');
      return ctx.isCancellationRequested;
    case 'fail':
      throw new Error('The program gives up');
  }
}

/**
 * The program as a workflow: its output is a trace of everything it saw. `onAct` is called by every recorded operation.
 */
export function definitionOf(
  statements: readonly Statement[],
  onAct: (name: string) => void = () => undefined,
): WorkflowDefinition {
  return workflow<unknown, unknown>({
    name: 'program',
    handlers: { signals: { h: (ctx, value: unknown) => ctx.set('h', [value, ctx.get('h')]) } },
    run: async (ctx) => {
      const trace: unknown[] = [];
      await perform(ctx, statements, trace, onAct);
      return trace;
    },
  });
}
