import { type DeclarationReflection, type InlineTagDisplayPart, ReflectionKind, type Reflection } from 'typedoc';
import { type Places, fileOf } from './places.js';

/** The links of one page. */
export class Links {
  readonly #module: DeclarationReflection;
  readonly #places: Places;

  constructor(module: DeclarationReflection, places: Places) {
    this.#module = module;
    this.#places = places;
  }

  /** A link to where something is described; its name alone when nothing is said of it. */
  to(target: Reflection, text = target.name): string {
    const url = this.#places.urlOf(target, fileOf(this.#module.name));
    return url === undefined ? `\`${text}\`` : `[\`${text}\`](${url})`;
  }

  /** The same for what a docstring links to; TypeDoc refuses what is not there. */
  toPart({ target, text }: InlineTagDisplayPart): string {
    if (typeof target === 'string') return `[${text}](${target})`;
    return typeof target === 'object' && 'kindOf' in target ? this.to(target, text) : `\`${text}\``;
  }

  /** The same for a type by its name, of which there may be a list: `Entry`, `readonly Entry[]`, `Entry<string>`. */
  toType(text: string): string {
    const known = this.#named(text.replace(/^readonly |\[\]$|<.*>$/g, ''));
    return known === undefined ? `\`${text}\`` : this.to(known, text);
  }

  /** Those to the types that a declaration names, for a block of code holds none. */
  toTypesOf(declaration: string, about: Reflection): string[] {
    const family = [about, about.parent, about.parent?.parent];
    return [...new Set(declaration.match(/\b[A-Z]\w+\b/g))].flatMap((name) => {
      const known = this.#named(name);
      return known === undefined || family.includes(known) ? [] : [this.to(known)];
    });
  }

  /** The page's own types come first. */
  #named(name: string): Reflection | undefined {
    const isOurs = (each: Reflection): boolean => each.name === name && !each.kindOf(ReflectionKind.Variable);
    return this.#module.children?.find(isOurs) ?? this.#places.typeNamed(name);
  }
}
