import fc from 'fast-check';
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
  | { readonly do: 'all' | 'race' | 'any'; readonly branches: readonly (readonly Statement[])[] };

const name = fc.constantFrom('a', 'b', 'c');
export const { program } = fc.letrec<{ statement: Statement; program: Statement[] }>((tie) => ({
  program: fc.array(tie('statement'), { maxLength: 5 }),
  statement: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
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
}));

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
