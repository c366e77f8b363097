import { defineProject } from '../../vitest.shared.js';

export default defineProject({
  globalSetup: ['e2e/support/built-app.ts'],
  include: ['src/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
  // A browser starts within seconds even on a busy machine; each wait inside a test has a limit of its own.
  testTimeout: 60_000,
  hookTimeout: 60_000,
});
