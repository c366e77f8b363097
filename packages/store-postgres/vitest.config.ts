import { defineProject } from '../../vitest.shared.js';

export default defineProject({ globalSetup: ['test/global-setup.ts'], testTimeout: 30_000, hookTimeout: 30_000 });
