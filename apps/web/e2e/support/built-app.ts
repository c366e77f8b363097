import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { build } from 'vite';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the app, built from the present source. */
    readonly builtApp: string;
  }
}

/**
 * Builds the app once for all tests, into a folder of its own: what others serve from `dist` stays untouched.
 *
 * It is React's development build, because the test runner sets NODE_ENV: StrictMode mounts everything twice, and every
 * warning of React fails a test. Against the real server the shipped build is tested.
 */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const outDir = await mkdtemp(join(tmpdir(), 'flovyn-web-'));
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: false } });
  provide('builtApp', outDir);
  return () => rm(outDir, { recursive: true, force: true });
}
