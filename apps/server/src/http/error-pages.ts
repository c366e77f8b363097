import { type ErrorCode, ServiceError, errorCodes } from '@flovyn/protocol';
import { titleOf } from '@flovyn/protocol/http';
import { escaped } from './documents/html.js';
import { errorHelp } from './error-help.js';

/**
 * The page of one error, which the `type` of its problem leads to.
 *
 * @throws {ServiceError} NOT_FOUND when there is no such error.
 */
export function errorPage(slug: string): string {
  const code = codes().find((candidate) => errorCodes[candidate].slug === slug);
  if (code === undefined) throw new ServiceError('NOT_FOUND', 'There is no such error.');
  const { title, facts, meaning, cure } = explain(code);
  return (
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title} - Flovyn</title></head>\n` +
    `<body>\n<h1>${title}</h1>\n<p>${facts}</p>\n<h2>What it means</h2>\n<p>${escaped(meaning)}</p>\n` +
    `<h2>What to do</h2>\n<p>${escaped(cure)}</p>\n</body>\n</html>\n`
  );
}

/** The same page as a file of the documentation, by file name. */
export function errorDocuments(): ReadonlyMap<string, string> {
  return new Map(
    codes().map((code) => {
      const { title, facts, meaning, cure } = explain(code);
      return [
        `${errorCodes[code].slug}.md`,
        `# ${title}\n\n${facts}\n\n## What it means\n\n${meaning}\n\n## What to do\n\n${cure}\n`,
      ];
    }),
  );
}

function codes(): readonly ErrorCode[] {
  return Object.keys(errorCodes) as ErrorCode[];
}

function explain(code: ErrorCode): { title: string; facts: string; meaning: string; cure: string } {
  const { http, grpc, retry } = errorCodes[code];
  const again = retry ? 'The same request may succeed later.' : 'The same request will not succeed later.';
  return {
    title: titleOf(code),
    facts: `Code ${code}, HTTP status ${http}, gRPC status ${grpc}. ${again}`,
    ...errorHelp[code],
  };
}
