import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';

/** How a program ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly said: string;
}

/** Runs one of the workspace's tools; a tool that ends with an error is an outcome like any other. */
export function run(root: string, folder: string, tool: string, ...args: readonly string[]): Promise<Outcome> {
  const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  return new Promise((done, fail) => {
    const options = { cwd: join(root, folder), env: { ...process.env, PATH }, maxBuffer: 64 * 1024 * 1024 };
    execFile(tool, args, options, (error, stdout, stderr) => {
      if (error === null) done({ code: 0, said: stdout + stderr });
      else if (typeof error.code === 'number') done({ code: error.code, said: stdout + stderr });
      else fail(error);
    });
  });
}

/** The same for a tool that has to succeed. */
export async function mustRun(...[root, folder, tool, ...args]: Parameters<typeof run>): Promise<string> {
  const { code, said } = await run(root, folder, tool, ...args);
  if (code !== 0) throw new Error(`${[tool, ...args].join(' ')} ended with ${code}:\n${said}`);
  return said;
}
