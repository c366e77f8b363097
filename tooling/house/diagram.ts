import { packageOf } from './arrows.js';
import { FLOORS, type Room } from './house.js';

/**
 * The rooms of the house by floor, roof first, and who imports whom, as a Mermaid flowchart.
 *
 * @param isBuilt - whether a folder has a room in it already: the plan may be ahead of the house
 */
export function diagram(house: Readonly<Record<string, Room>>, isBuilt: (folder: string) => boolean): string {
  const floors = FLOORS.filter((floor) => floor !== 'beside').toReversed();
  const rooms = Object.entries(house).filter(([, room]) => room.floor !== 'beside' && isBuilt(room.folder));
  const boxes = floors.flatMap((floor) => [
    `  subgraph ${floor}`,
    ...rooms.filter(([, room]) => room.floor === floor).map(([name, { folder }]) => `    ${idOf(name)}["${folder}"]`),
    '  end',
  ]);
  const arrows = rooms.flatMap(([name, room]) =>
    [...new Set(room.ours.map(packageOf))]
      .filter((target) => rooms.some(([other]) => other === target))
      .map((target) => `  ${idOf(name)} --> ${idOf(target)}`),
  );
  return ['```mermaid', 'flowchart TD', ...boxes, ...arrows, '```'].join('\n');
}

/** Puts the diagram between the two marks of a document. */
export function withDiagram(document: string, drawn: string): string {
  const marks = /(<!-- house -->\n)[\s\S]*?(<!-- \/house -->)/;
  if (!marks.test(document)) throw new Error('The document has no <!-- house --> … <!-- /house --> to draw between.');
  return document.replace(marks, (_, begin: string, end: string) => `${begin}\n${drawn}\n\n${end}`);
}

function idOf(name: string): string {
  return name.replace('@flovyn/', '').replace('flovyn', 'cli');
}
