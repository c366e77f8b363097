import { describe, expectTypeOf, it } from 'vitest';
import { type Ended, joinN, select, withTimeout } from './combinators.js';
import { Duration } from './duration.js';
import type { TaskHandle, TimerHandle, WorkflowContext, WorkflowHandle } from './types.js';

declare const ctx: WorkflowContext;
declare const receipt: TaskHandle<{ cents: number }>;
declare const child: WorkflowHandle<string>;
declare const timer: TimerHandle;
declare const many: TaskHandle<number>[];

describe('select', () => {
  it('gives a union by index', async () => {
    const first = await select([receipt, child, timer, ctx.promise<Date>('when')]);
    expectTypeOf(first).toEqualTypeOf<
      | { readonly index: 0; readonly value: { cents: number } }
      | { readonly index: 1; readonly value: string }
      | { readonly index: 2; readonly value: void }
      | { readonly index: 3; readonly value: Date }
    >();
    if (first.index === 0) expectTypeOf(first.value.cents).toEqualTypeOf<number>();
    if (first.index === 1) expectTypeOf(first.value).toEqualTypeOf<string>();
  });

  it('gives any index of a list', async () => {
    expectTypeOf(await select(many)).toEqualTypeOf<{ readonly index: number; readonly value: number }>();
    const listed = await select([receipt, child].map((handle) => handle));
    expectTypeOf(listed).toEqualTypeOf<{ readonly index: number; readonly value: { cents: number } | string }>();
  });

  it('takes what can be awaited, and nothing else', () => {
    // @ts-expect-error -- a number has no end
    void select([receipt, 5]);
    // @ts-expect-error -- there is no such option
    void select([receipt], { cancel: true });
  });
});

describe('joinN', () => {
  it('gives as many of the same union', async () => {
    expectTypeOf(await joinN([receipt, child], 1)).toEqualTypeOf<Ended<readonly [typeof receipt, typeof child]>[]>();
    expectTypeOf(await joinN(many, 2)).toEqualTypeOf<{ readonly index: number; readonly value: number }[]>();
  });
});

describe('withTimeout', () => {
  it('gives what the handle gives', async () => {
    expectTypeOf(await withTimeout(receipt, Duration.seconds(1))).toEqualTypeOf<{ cents: number }>();
    expectTypeOf(await withTimeout(child, timer, { cancelLosers: false })).toEqualTypeOf<string>();
    expectTypeOf(await withTimeout(ctx.waitForSignal<boolean>('s'), Duration.days(1))).toEqualTypeOf<boolean>();
  });

  it('takes no bare number', () => {
    // @ts-expect-error -- of which unit?
    void withTimeout(receipt, 500);
  });
});
