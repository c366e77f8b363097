import { defineProject } from '../../vitest.shared.js';

// A house is three processes, and two of them at a time are what a small machine runs without making tests late.
export default defineProject({ maxWorkers: 2 });
