import { type ProjectReflection, ReferenceReflection, type Reflection, ReflectionKind, Slugger } from 'typedoc';
import { ALL_NAMES, sectionsOf } from './sections.js';

interface Place {
  readonly file: string;
  /** Absent for the beginning of a page. */
  readonly anchor?: string;
}

/** Where everything is described. */
export class Places {
  readonly #places = new Map<Reflection, Place>();
  readonly #types = new Map<string, Reflection>();

  constructor({ children = [] }: ProjectReflection) {
    for (const module of children) {
      const file = fileOf(module.name);
      this.#places.set(module, { file });
      // Numbers headings that are equal, in the order of the page, as repositories do when they show one.
      const slugger = new Slugger({ lowercase: true });
      for (const title of [module.name, ALL_NAMES]) slugger.slug(title);
      for (const { title, about, level } of sectionsOf(module)) {
        const anchor = slugger.slug(title);
        if (about === undefined) continue;
        this.#places.set(about, { file, anchor });
        const isType = level === 3 && !about.kindOf(ReflectionKind.Variable);
        if (isType && !this.#types.has(about.name)) this.#types.set(about.name, about);
      }
    }
  }

  /** The address, seen from a page, of where something, or what it belongs to, is described. */
  urlOf(reflection: Reflection, page: string): string | undefined {
    const target = reflection instanceof ReferenceReflection ? reflection.getTargetReflectionDeep() : reflection;
    const place = this.#places.get(target);
    if (place === undefined) return target.parent && this.urlOf(target.parent, page);
    const anchor = place.anchor === undefined ? '' : `#${place.anchor}`;
    return place.file === page && anchor !== '' ? anchor : `${place.file}${anchor}`;
  }

  /** The first type of a name, in the order of the entries. */
  typeNamed(name: string): Reflection | undefined {
    return this.#types.get(name);
  }
}

/** The page of an entry. */
export function fileOf(entry: string): string {
  return `${entry.replace('@flovyn/', '').replaceAll('/', '-')}.md`;
}
