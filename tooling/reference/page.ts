import type { DeclarationReflection, Reflection, SignatureReflection } from 'typedoc';
import type { Links } from './links.js';
import type { Model } from './model.js';
import { ALL_NAMES, type Section, handedOn, propertiesOf, sectionsOf } from './sections.js';
import { lineOf, tagsOf, textOf } from './words.js';

/** Writes the page of one entry. */
export function pageOf(module: DeclarationReflection, { written }: Model, links: Links): string {
  return new Page(written, links).text(module);
}

class Page {
  readonly #written: Model['written'];
  readonly #links: Links;

  constructor(written: Model['written'], links: Links) {
    this.#written = written;
    this.#links = links;
  }

  text(module: DeclarationReflection): string {
    const sections = sectionsOf(module);
    return paragraphs(
      `# ${module.name}`,
      this.#words(module),
      `## ${ALL_NAMES}`,
      this.#index(sections, handedOn(module)),
      ...sections.map((section) => this.#section(section)),
    );
  }

  /** Everything there is, at a glance. */
  #index(sections: readonly Section[], others: readonly Reflection[]): string {
    const groups: { title: string; names: string[] }[] = [];
    for (const { level, title, about } of sections) {
      if (level === 2) groups.push({ title, names: [] });
      if (level === 3 && about !== undefined) groups.at(-1)?.names.push(this.#links.to(about));
    }
    if (others.length > 0) {
      groups.push({ title: 'Described elsewhere', names: others.map((each) => this.#links.to(each)) });
    }
    return groups.map(({ title, names }) => `- ${title}: ${names.join(', ')}`).join('\n');
  }

  #section({ level, title, about }: Section): string {
    return paragraphs(`${'#'.repeat(level)} ${title}`, ...(about === undefined ? [] : this.#body(about)));
  }

  #body(about: DeclarationReflection): string[] {
    const signatures = about.getSignature === undefined ? about.signatures : [about.getSignature];
    if (signatures !== undefined) return this.#signatures(signatures);
    const declaration = this.#written.get(about) ?? '';
    return [shown(declaration), this.#words(about), this.#table(propertiesOf(about)), this.#types(declaration, about)];
  }

  /** All ways to call it, and what is said of them, once. */
  #signatures(signatures: readonly SignatureReflection[]): string[] {
    const declarations = signatures.map((each) => this.#written.get(each) ?? '').join('\n');
    const words = signatures.map((each) => this.#words(each, parametersOf(each, this.#links)));
    return [
      shown(declarations),
      ...new Set(words),
      ...signatures.slice(0, 1).map((each) => this.#types(declarations, each)),
    ];
  }

  /** A block of code holds no links. */
  #types(declaration: string, about: Reflection): string {
    const types = this.#links.toTypesOf(declaration, about);
    return types.length === 0 ? '' : `Types: ${types.join(', ')}`;
  }

  #words({ comment }: Reflection, parameters = ''): string {
    if (comment === undefined) return '';
    return paragraphs(textOf(comment.summary, this.#links), parameters, ...tagsOf(comment, this.#links));
  }

  #table(properties: readonly DeclarationReflection[]): string {
    if (properties.length === 0) return '';
    const rows = properties.map((property) => {
      const name = `\`${property.name}${property.flags.isOptional ? '?' : ''}\``;
      const type = (this.#written.get(property) ?? '').replace(/ \| undefined$/, '').replace(/\s+/g, ' ');
      const words = lineOf(property.comment?.summary ?? [], this.#links);
      return `| ${[name, this.#links.toType(type), words].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    });
    return ['| Property | Type | |', '| --- | --- | --- |', ...rows].join('\n');
  }
}

function parametersOf({ parameters = [] }: SignatureReflection, links: Links): string {
  return parameters
    .flatMap(({ name, comment }) => (comment === undefined ? [] : [`- \`${name}\`: ${textOf(comment.summary, links)}`]))
    .join('\n');
}

/** A declaration is for reading: what is fenced as `ts` is compiled with the documents. */
function shown(declaration: string): string {
  return declaration === '' ? '' : `\`\`\`typescript\n${declaration}\n\`\`\``;
}

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
