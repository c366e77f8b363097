import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from './workspace.mjs';

/** Where a package's test runners leave their reports; an output of turbo's `test` task, so cached runs have one too. */
const FOLDER = '.test-report';

/**
 * What one test runner did in one package. Written by tooling/testing/reporter.ts.
 *
 * @typedef {object} TestReport
 * @property {string} package
 * @property {number} passed
 * @property {{ name: string, reason: string }[]} failed - tests, and files that could not be run, with what they said
 * @property {{ name: string, reason: string }[]} skipped
 */

/** @param {string} root */
export function clearReports(root) {
  for (const folder of workspaceFolders(root)) rmSync(join(root, folder, FOLDER), { recursive: true, force: true });
}

/**
 * @param {string} root
 * @returns {TestReport[]}
 */
export function readReports(root) {
  return workspaceFolders(root)
    .map((folder) => join(root, folder, FOLDER))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')));
}
