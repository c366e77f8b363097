import { defineProject } from '../../vitest.shared.js';

export default defineProject({
  testTimeout: 20_000,
  typecheck: { enabled: true, include: ['src/**/*.test-d.ts'], tsconfig: './tsconfig.test.json' },
});
