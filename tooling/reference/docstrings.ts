import { type DeclarationReflection, ReflectionKind } from 'typedoc';
import type { Model } from './model.js';
import { propertiesOf, sectionsOf } from './sections.js';

/** Every public name without a docstring: entries, what they export, and the members of that. */
export function undocumented({ project, written }: Model): string[] {
  return (project.children ?? []).flatMap((module) => [
    ...(module.hasComment() ? [] : [module.name]),
    ...sectionsOf(module)
      .flatMap(({ about }) => (about === undefined ? [] : [about, ...propertiesOf(about)]))
      .filter((about) => !isSelfEvident(about, written) && !isDocumented(about))
      .map((about) => about.getFullName()),
  ]);
}

function isDocumented(about: DeclarationReflection): boolean {
  return about.hasComment() || about.getNonIndexSignatures().some((signature) => signature.hasComment());
}

/** A constructor does what its class says; a property with a single value is there to tell a union's members apart. */
function isSelfEvident(about: DeclarationReflection, written: Model['written']): boolean {
  return about.kindOf(ReflectionKind.Constructor) || /^'[^']*'$/.test(written.get(about) ?? '');
}
