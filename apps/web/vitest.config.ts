import { defineProject } from '../../vitest.shared.js';

export default defineProject({
  globalSetup: ['e2e/support/built-app.ts'],
  include: ['src/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
  // The tests mostly wait for pages; on a small machine the default would run the files one after the other.
  maxWorkers: 2,
});
