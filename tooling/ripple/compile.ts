import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import type { CompileError } from './verdict.js';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Runs the compiler in a folder; the errors of files that lie in it. */
export async function compile(folder: string, ...args: readonly string[]): Promise<readonly CompileError[]> {
  const said = await new Promise<string>((done, fail) => {
    execFile(process.execPath, [tsc, '--pretty', 'false', ...args], { cwd: folder }, (error, stdout, stderr) => {
      // It ends with 1 or 2 when it has found errors, and they are what is asked for.
      if (error !== null && typeof error.code !== 'number') fail(error);
      else if (stderr !== '') fail(new Error(stderr));
      else done(stdout);
    });
  });
  return errorsIn(said, folder);
}

/** What the compiler wrote, as errors of files below `folder`. Throws for what is about no file, such as a bad setting. */
export function errorsIn(said: string, folder: string): readonly CompileError[] {
  const lines = said.split('\n');
  const general = lines.find((line) => line.startsWith('error TS'));
  if (general !== undefined) throw new Error(`The compiler could not begin in ${folder}: ${general}`);
  return lines.flatMap((text) => {
    const path = /^(.+?)\(\d+,\d+\): error TS/.exec(text)?.[1];
    if (path === undefined) return [];
    const file = relative(folder, resolve(folder, path));
    return file.startsWith('..') ? [] : [{ file, text }];
  });
}
