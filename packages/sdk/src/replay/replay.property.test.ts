import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordedExecution } from '../../test/recorded-execution.js';
import { serialize } from '../serde.js';
import type { WorkflowContext, WorkflowDefinition } from '../types.js';
import { workflow } from '../workflow.js';

/** A random workflow program. */
type Statement =
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
const { program } = fc.letrec<{ statement: Statement; program: Statement[] }>((tie) => ({
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

async function perform(ctx: WorkflowContext, statements: readonly Statement[], trace: unknown[]): Promise<void> {
  for (const statement of statements) {
    try {
      trace.push(await performOne(ctx, statement, trace));
    } catch (error) {
      trace.push((error as Error).message);
    }
  }
}

async function performOne(ctx: WorkflowContext, statement: Statement, trace: unknown[]): Promise<unknown> {
  switch (statement.do) {
    case 'task':
      return ctx.scheduleByName(statement.kind, trace.length);
    case 'spawn':
      void ctx.schedule({ name: statement.kind, run: async () => null }, trace.length);
      return 'spawned';
    case 'operation':
      return ctx.run(`op-${statement.value}`, () => statement.value);
    case 'operations':
      return Promise.all(
        statement.values.map((value) =>
          ctx.run('many', async () => {
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
      return Promise.all(statement.branches.map((branch) => perform(ctx, branch, trace)));
    case 'race':
      return Promise.race(statement.branches.map((branch) => perform(ctx, branch, trace)));
    case 'any':
      return Promise.any(statement.branches.map((branch) => perform(ctx, branch, trace)));
  }
}

function definitionOf(statements: readonly Statement[]): WorkflowDefinition {
  return workflow<unknown, unknown>({
    name: 'program',
    run: async (ctx) => {
      const trace: unknown[] = [];
      await perform(ctx, statements, trace);
      return trace;
    },
  });
}

/** Lets the world do random things between turns, and while one is under way, until the execution ends. */
async function live(execution: RecordedExecution, choices: () => number): Promise<void> {
  const happen = (events: number): void => {
    for (let i = 0; i < events; i += 1) {
      const open = execution.openTasks;
      const chosen = open[choices() % Math.max(1, open.length)];
      const dice = choices() % 6;
      if (dice === 0) {
        execution.record({ type: 'SIGNAL_RECEIVED', signalName: 's', signalValue: serialize(i) });
      } else if (chosen !== undefined) {
        if (dice === 1) execution.failTask(chosen.id, 'failed');
        else execution.completeTask(chosen.id, dice);
      }
    }
  };
  await execution.play(() => happen(choices() % 2));
  while (!execution.isOver) {
    happen(choices() % 4);
    if (choices() % 4 === 0) execution.forget();
    await execution.play(() => happen(choices() % 2));
  }
}

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state >> 8;
  };
}

describe('R06 replay', () => {
  it('of every prefix gives the commands of the live run, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (statements, seed) => {
        const definition = definitionOf(statements);
        const execution = new RecordedExecution(definition);
        await live(execution, numbers(seed));
        for (const turn of execution.turns) {
          // What the turn saw and nothing else: a new instance decides the same.
          const replayed = await execution.replay(turn.seen);
          expect(serialize(replayed)).toBe(serialize({ commands: turn.commands, outcome: turn.outcome }));
        }
        const whole = await execution.replay(execution.facts.length);
        expect(whole.commands).toEqual([]);
        expect(whole.outcome).toEqual(execution.outcome);
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('of a prefix cut anywhere never contradicts the history', async () => {
    await fc.assert(
      fc.asyncProperty(program, fc.nat(), async (statements, seed) => {
        const execution = new RecordedExecution(definitionOf(statements));
        await live(execution, numbers(seed));
        for (let length = 1; length <= execution.facts.length; length += 1) {
          const { outcome } = await execution.replay(length);
          if (outcome.type === 'FAILED') expect(outcome.failureType).not.toBe('DETERMINISM_VIOLATION');
        }
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
