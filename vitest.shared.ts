import { type ViteUserConfig, defineConfig } from 'vitest/config';
import { ReportWriter } from './tooling/testing/reporter.js';

type Settings = NonNullable<ViteUserConfig['test']>;

const TESTS = ['src/**/*.test.ts', 'test/**/*.test.ts'];

/** Settings every room's own vitest config starts from: tests read the workspace's source, never stale output. */
export function defineProject(overrides: Settings = {}): ViteUserConfig {
  // Vitest hands these to Node as they are: `import` or `module` among them would break every `require` of a dependency.
  const conditions = ['@flovyn/source', 'node'];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include: TESTS,
      // An unhandled rejection is a failure, never a warning.
      dangerouslyIgnoreUnhandledErrors: false,
      passWithNoTests: false,
      // A limit only ends what hangs: what is right may come late on a machine that is busy, or whose disk is.
      testTimeout: 180_000,
      hookTimeout: 180_000,
      expect: { poll: { timeout: 60_000 } },
      reporters: ['default', new ReportWriter()],
      ...overrides,
    },
  });
}

/**
 * The same for a room some of whose tests are checks with a name of their own: `vitest run --project order`. All others
 * are the project `unit`. So a red build says which promise broke, and no test runs twice.
 */
export function defineChecks(checks: Readonly<Record<string, Settings>>, overrides: Settings = {}): ViteUserConfig {
  const taken = Object.values(checks).flatMap(({ include = [] }) => include);
  const projects = Object.entries({ unit: { include: TESTS, exclude: taken }, ...checks }).map(([name, settings]) => ({
    extends: true as const,
    test: { ...settings, name },
  }));
  // A project's list of files is added to the one above it.
  return defineProject({ ...overrides, include: [], projects });
}
