import { defineProject } from '../../vitest.shared.js';

export default defineProject({
  globalSetup: ['e2e/support/built-app.ts'],
  include: ['src/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
  // A browser starts within seconds even on a busy machine; each wait inside a test has a limit of its own.
  testTimeout: 60_000,
  // The tests mostly wait for pages; on a small machine the default would run the files one after the other.
  maxWorkers: 2,
  expect: { poll: { timeout: 15_000 } },
  hookTimeout: 60_000,
});
