import { classify } from '../classify.js';
import { classifyContract } from '../contract/classify-contract.js';
import type { Report } from '../difference.js';
import { readVersion, readVersions } from '../files/read.js';
import { type Version, VersionError } from '../files/version.js';
import { type Role, worst } from '../role.js';
import { SchemaError } from '../schema/document.js';
import { type Request, USAGE, UsageError, parseArguments } from './arguments.js';
import { printReport } from './print.js';

/** What a run has to say, and the code it ends with. */
export interface Outcome {
  readonly code: 0 | 1 | 2 | 3;
  readonly output: string;
  readonly problem?: string;
}

/** Does what the words of a call ask for. Whatever is wrong with them or the files is told, never thrown. */
export async function run(words: readonly string[]): Promise<Outcome> {
  try {
    const request = parseArguments(words);
    return request === undefined ? { code: 0, output: USAGE } : await compare(request);
  } catch (error) {
    const isExpected = error instanceof UsageError || error instanceof VersionError || error instanceof SchemaError;
    const problem = isExpected ? error.message : String(error instanceof Error ? error.stack : error);
    return { code: 3, output: '', problem: `${problem}\n${error instanceof UsageError ? `\n${USAGE}` : ''}` };
  }
}

async function compare({ before, after, role, isJson, allowed }: Request): Promise<Outcome> {
  const newVersion = await readVersion(after);
  const oldVersions = await readVersions(before);
  const reports = oldVersions.map((old) => ({ against: old.name, ...reportOf(old, newVersion, role) }));
  const classes = reports.flatMap(({ differences }) => differences.map((difference) => difference.class));
  const verdict = worst(classes.filter((one) => !allowed.includes(one)));
  return {
    code: verdict === 'breaking' ? 1 : verdict === 'needs-a-human' ? 2 : 0,
    output: isJson
      ? `${JSON.stringify({ role, class: worst(classes), reports }, null, 2)}\n`
      : reports.map((report) => printReport(report.against, report)).join('\n'),
  };
}

function reportOf(old: Version, newVersion: Version, role: Role): Report {
  if (old.kind === 'contract' && newVersion.kind === 'contract') {
    return classifyContract(old.contract, newVersion.contract, role);
  }
  if (old.kind === 'schema' && newVersion.kind === 'schema') return classify(old.schema, newVersion.schema, role);
  throw new VersionError(`${old.name} and ${newVersion.name} are a schema and a contract: they cannot be compared.`);
}
