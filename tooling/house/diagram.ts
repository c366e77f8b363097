import { packageOf } from './arrows.js';
import { FLOORS, HOUSE, type Room } from './house.js';

/** The rooms of the house by floor, roof first, and who imports whom, as a Mermaid flowchart. */
export function diagram(house: Readonly<Record<string, Room>> = HOUSE): string {
  const floors = FLOORS.filter((floor) => floor !== 'beside').toReversed();
  const rooms = Object.entries(house).filter(([, room]) => room.floor !== 'beside');
  const boxes = floors.flatMap((floor) => [
    `  subgraph ${floor}`,
    ...rooms.filter(([, room]) => room.floor === floor).map(([name, { folder }]) => `    ${idOf(name)}["${folder}"]`),
    '  end',
  ]);
  const arrows = rooms.flatMap(([name, room]) =>
    [...new Set(room.ours.map(packageOf))].map((target) => `  ${idOf(name)} --> ${idOf(target)}`),
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
