// Tells Node that `dist/cjs` of the package in the working directory holds CommonJS.
import { writeFileSync } from 'node:fs';

writeFileSync('dist/cjs/package.json', '{"type":"commonjs"}\n');
