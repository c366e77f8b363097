import { type ViteUserConfig, defineConfig } from 'vitest/config';
import { ReportWriter } from './tooling/testing/reporter.js';

/** Settings every room's own vitest config starts from: tests read the workspace's source, never stale output. */
export function defineProject(overrides: NonNullable<ViteUserConfig['test']> = {}): ViteUserConfig {
  // Vitest hands these to Node as they are: `import` or `module` among them would break every `require` of a dependency.
  const conditions = ['@flovyn/source', 'node'];
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
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
