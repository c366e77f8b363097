import fc from 'fast-check';
import { joinN, select, withTimeout } from '../src/combinators.js';
import { Duration } from '../src/duration.js';
import type { WorkflowContext, WorkflowDefinition } from '../src/types.js';
import { workflow } from '../src/workflow.js';

/** A random workflow program. */
export type Statement =
  | { readonly do: 'task'; readonly kind: string }
  | { readonly do: 'spawn'; readonly kind: string }
  | { readonly do: 'operation'; readonly value: number }
  | { readonly do: 'operations'; readonly values: readonly number[] }
  | { readonly do: 'set'; readonly key: string; readonly value: number }
  | { readonly do: 'clear'; readonly key: string }
  | { readonly do: 'clearAll' }
  | { readonly do: 'chance' }
  | { readonly do: 'time' }
  | { readonly do: 'signal' }
  | { readonly do: 'all' | 'race' | 'any'; readonly branches: readonly (readonly Statement[])[] }
  | Steering;

/** What code does with handles. */
type Steering =
  | {
      readonly do: 'select' | 'joinN' | 'withTimeout';
      readonly of: readonly Contender[];
      readonly cancelLosers: boolean;
    }
  | { readonly do: 'steer'; readonly child: readonly ('signal' | 'cancel' | 'wait')[] }
  | { readonly do: 'cancel'; readonly what: Contender };

type Contender = 'task' | 'child' | 'timer' | 'signal';

const name = fc.constantFrom('a', 'b', 'c');

const programOf = (...more: readonly fc.Arbitrary<Statement>[]) =>
  fc.letrec<{ statement: Statement; program: Statement[] }>((tie) => ({
    program: fc.array(tie('statement'), { maxLength: 5 }),
    statement: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      ...more,
      fc.record({ do: fc.constant('task' as const), kind: name }),
      fc.record({ do: fc.constant('spawn' as const), kind: name }),
      fc.record({ do: fc.constant('operation' as const), value: fc.nat(9) }),
      fc.record({ do: fc.constant('operations' as const), values: fc.array(fc.nat(9), { maxLength: 3 }) }),
      fc.record({ do: fc.constant('set' as const), key: name, value: fc.nat(9) }),
      fc.record({ do: fc.constant('clear' as const), key: name }),
      fc.constantFrom<Statement[]>({ do: 'clearAll' }, { do: 'chance' }, { do: 'time' }, { do: 'signal' }),
      fc.record({
        do: fc.constantFrom('all' as const, 'race' as const, 'any' as const),
        branches: fc.array(tie('program'), { minLength: 1, maxLength: 3 }),
      }),
    ),
  })).program;

export const program = programOf();

const contender = fc.constantFrom<Contender[]>('task', 'child', 'timer', 'signal');
/** The same with children and timers, and what is done to handles. */
export const steeringProgram = programOf(
  fc.record({
    do: fc.constantFrom('select' as const, 'joinN' as const, 'withTimeout' as const),
    of: fc.array(contender, { minLength: 1, maxLength: 4 }),
    cancelLosers: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('steer' as const),
    child: fc.array(fc.constantFrom('signal' as const, 'cancel' as const, 'wait' as const), { maxLength: 5 }),
  }),
  fc.record({ do: fc.constant('cancel' as const), what: contender }),
);

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
    run: async (ctx) => {
      const trace: unknown[] = [];
      await perform(ctx, statements, trace, onAct);
      return trace;
    },
  });
}

/** Numbers that look random and are the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state >> 8;
  };
}
