#!/usr/bin/env node
import { run } from './run.js';

const { code, output, problem } = await run(process.argv.slice(2));
process.stdout.write(output);
if (problem !== undefined) process.stderr.write(problem);
process.exitCode = code;
