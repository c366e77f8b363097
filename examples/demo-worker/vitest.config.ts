import { defineProject } from '../../vitest.shared.js';

// Real processes on a machine that may be busy with other tests.
export default defineProject({ testTimeout: 60_000 });
