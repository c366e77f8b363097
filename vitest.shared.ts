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
      reporters: ['default', new ReportWriter()],
      ...overrides,
    },
  });
}
