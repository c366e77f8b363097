import type { Comment, CommentDisplayPart, CommentTag } from 'typedoc';
import type { Links } from './links.js';

/** The text of a docstring, with its links. */
export function textOf(parts: readonly CommentDisplayPart[], links: Links): string {
  return parts
    .map((part) => (part.kind === 'inline-tag' ? links.toPart(part) : part.text))
    .join('')
    .trim();
}

/** The same on one line, for a table. */
export function lineOf(parts: readonly CommentDisplayPart[], links: Links): string {
  return textOf(parts, links).replace(/\s+/g, ' ');
}

/** What stands after the words of a docstring: what can go wrong, how it looks, where to read on. */
export function tagsOf(comment: Comment, links: Links): string[] {
  const all = (tag: `@${string}`): CommentTag[] => comment.getTags(tag);
  const throws = all('@throws').map((tag) => `- ${thrown(tag, links)}`);
  return [
    ...all('@returns').map(({ content }) => `Returns ${textOf(content, links)}`),
    ...(throws.length === 0 ? [] : [`Throws:\n\n${throws.join('\n')}`]),
    ...all('@deprecated').map(({ content }) => `Deprecated: ${textOf(content, links)}`),
    ...all('@example').map(({ content }) => textOf(content, links)),
    ...all('@see').map(({ content }) => `See ${documentAt(textOf(content, links))}.`),
  ];
}

/** TypeDoc keeps what stands in braces apart. */
function thrown({ typeAnnotation, content }: CommentTag, links: Links): string {
  const words = textOf(content, links);
  return typeAnnotation === undefined ? words : `${links.toType(typeAnnotation.replace(/^\{|\}$/g, ''))} ${words}`;
}

/** Docstrings name a document by its path in the repository. */
function documentAt(path: string): string {
  return path.replace(/^docs\/(\S+)$/, (whole, rest: string) => `[${whole}](../${rest})`);
}
