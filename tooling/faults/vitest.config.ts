import { defineProject } from '../../vitest.shared.js';

export default defineProject({ testTimeout: 600_000 });
