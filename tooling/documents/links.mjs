import { posix } from 'node:path';

/**
 * A link that leads nowhere.
 *
 * @typedef {object} BrokenLink
 * @property {number} line
 * @property {string} target - as it stands in the document
 * @property {string} reason
 */

/**
 * What a link may lead to.
 *
 * @typedef {object} Repository
 * @property {(path: string) => boolean} exists - a file or a folder
 * @property {(path: string) => string} read - the text of a document
 */

/**
 * The links of a document to other places of the repository that are not there, headings included.
 *
 * @param {string} path - of the document, in the repository
 * @param {Repository} repository
 * @returns {BrokenLink[]}
 */
export function brokenLinks(path, repository) {
  return linksOf(repository.read(path)).flatMap(({ line, target }) => {
    // Other sites, mail, and addresses of a running server are not ours to follow.
    if (/^([a-z]+:|\/)/.test(target)) return [];
    const [file = '', anchor] = target.split('#', 2);
    const place = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file));
    if (place.startsWith('..')) return [{ line, target, reason: 'it leads out of the repository' }];
    if (!repository.exists(place)) return [{ line, target, reason: `there is no ${place}` }];
    if (anchor === undefined || !place.endsWith('.md')) return [];
    return anchorsOf(repository.read(place)).has(anchor)
      ? []
      : [{ line, target, reason: `${place} has no heading #${anchor}` }];
  });
}

/** @param {string} markdown */
function linksOf(markdown) {
  return withoutCode(markdown)
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(({ 1: target = '' }) => ({
        line: index + 1,
        target,
      })),
    );
}

/**
 * The anchors that pages of a repository give to headings.
 *
 * @param {string} markdown
 */
function anchorsOf(markdown) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const anchors = new Set();
  for (const { 1: heading = '' } of withoutCode(markdown, { inline: false }).matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const name = heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    anchors.add(count === 0 ? name : `${name}-${count}`);
  }
  return anchors;
}

/**
 * Code may look like links and headings.
 *
 * @param {string} markdown
 */
function withoutCode(markdown, { inline = true } = {}) {
  const text = markdown.replace(/^(```+)[\s\S]*?^\1`*$/gm, (block) => block.replace(/[^\n]/g, ''));
  return inline ? text.replace(/`[^`\n]*`/g, '') : text;
}
