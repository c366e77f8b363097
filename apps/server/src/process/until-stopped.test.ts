import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../test/support/stoppable.ts', import.meta.url));

function run(what: string): Promise<{ code: number | null; messages: string[] }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=@flovyn/source', '--import', 'tsx', PROGRAM, what]);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('close', (code) => {
      const lines = out.split('\n').filter((line) => line.startsWith('{'));
      resolve({ code, messages: lines.map((line) => (JSON.parse(line) as { msg: string }).msg) });
    });
  });
}

describe('R34 R38 a process that is to stop', () => {
  it.each([
    ['is asked to', 'stops', 0, ['stopping', 'stopped']],
    ['is asked to, and takes too long', 'stops late', 1, ['stopping', 'stop took too long, cutting off what is left']],
    ['is asked to, and cannot', 'cannot stop', 1, ['stopping', 'unexpected failure']],
    ['has a rejection that nobody caught', 'rejects', 1, ['unexpected failure', 'stopping', 'stopped']],
    ['has an exception that nobody caught', 'throws', 1, ['unexpected failure', 'stopping', 'stopped']],
  ])('because it %s', async (_why, what, code, messages) => {
    expect(await run(what)).toEqual({ code, messages });
  });
});
