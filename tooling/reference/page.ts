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
      groups.push({ title: 'From another package', names: others.map((each) => this.#links.to(each)) });
    }
    return groups.map(({ title, names }) => `- ${title}: ${names.join(', ')}`).join('\n');
  }

  #section({ level, title, about }: Section): string {
    return paragraphs(`${'#'.repeat(level)} ${title}`, ...(about === undefined ? [] : this.#body(about)));
  }

  #body(about: DeclarationReflection): string[] {
    const signatures = about.getSignature === undefined ? about.signatures : [about.getSignature];
    if (signatures !== undefined)
      return signatures.map((each) => this.#described(each, parametersOf(each, this.#links)));
    return [this.#described(about), this.#table(propertiesOf(about))];
  }

  /** A declaration, what is said of it, and what it names. */
  #described(about: Reflection, parameters = ''): string {
    const declaration = this.#written.get(about) ?? '';
    const types = this.#links.toTypesOf(declaration, about);
    return paragraphs(
      // It is for reading: what is fenced as `ts` is compiled with the documents.
      declaration === '' ? '' : `\`\`\`typescript\n${declaration}\n\`\`\``,
      this.#words(about, parameters),
      types.length === 0 ? '' : `Types: ${types.join(', ')}`,
    );
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

function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}
