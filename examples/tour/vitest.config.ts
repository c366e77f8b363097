import { defineProject } from '../../vitest.shared.js';

export default defineProject({ testTimeout: 30_000, hookTimeout: 60_000 });
