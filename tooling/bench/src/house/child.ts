import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from './node-options.js';
import { type Answer, type Order, type Orders, READY } from './serve.js';

/** A program of the bench in a process of its own. */
export interface Child<Given extends Orders> {
  readonly pid: number;
  /** Gives an order and waits for its answer; fails with what failed there, or when the process ends. */
  ask<Name extends keyof Given & string>(
    name: Name,
    ...argument: Parameters<Given[Name]>
  ): Promise<Awaited<ReturnType<Given[Name]>>>;
  /** Resolves when the process has ended, whatever ended it. */
  readonly ended: Promise<unknown>;
  /** Lets the process end in order. */
  stop(): Promise<void>;
}

/** Starts `programs/<name>.js`, and resolves when it is ready for orders. */
export async function startChild<Given extends Orders>(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Child<Given>> {
  const program = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));
  const child = fork(program, {
    execArgv: nodeOptions(name),
    env: { ...process.env, ...environment },
    serialization: 'advanced',
  });
  const ended = once(child, 'exit');
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = READY;

  child.on('message', (answer: Answer) => {
    const asker = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asker?.reject(new Error(`${name}: ${answer.error}`));
    else asker?.resolve(answer.value);
  });
  const over = (why: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(`The process "${name}" ended: ${why}`));
    waiting.clear();
  };
  child.on('error', (error) => over(error.message));
  child.on('exit', (code, signal) => over(String(code ?? signal)));

  await new Promise((resolve, reject) => waiting.set(READY, { resolve, reject }));
  return {
    pid: pidOf(child),
    ended,
    ask: (order, ...[argument]) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id: lastId, name: order, argument } satisfies Order);
      }),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The process has no id: it did not start');
  return pid;
}
