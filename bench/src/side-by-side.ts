// Contenders that stand ready at the same time, their rooms filled: all of them, or as many as there are sockets for.

import type { Bench } from './bench.ts';
import type { Contender } from './contenders.ts';
import { Crowd, type Shape } from './crowd.ts';
import { reasonOf } from './figures.ts';
import { count } from './table.ts';

/** In their order, and each as large as it can be. */
export function groupsFor<C>(
  contenders: readonly C[],
  socketsOfEach: number,
  socketsMax: number,
): readonly (readonly C[])[] {
  const size = Math.max(1, Math.floor(socketsMax / socketsOfEach));
  const groups = Math.ceil(contenders.length / size);
  return Array.from({ length: groups }, (_, i) => contenders.slice(i * size, (i + 1) * size));
}

/** Calls `measure` once for each group. A contender whose rooms can't be filled has the reason in `rows` instead. */
export async function sideBySide(
  { contenders, findings, socketsMax, say }: Bench,
  shape: Shape,
  rows: readonly string[],
  measure: (crowds: readonly Crowd[]) => Promise<void>,
): Promise<void> {
  const refuse = ({ name }: Contender, refused: string) => {
    say(`${name} is out: ${refused}`);
    for (const row of rows) findings.cpu.put(row, name, { refused });
  };
  for (const group of groupsFor(contenders, shape.rooms * shape.members, socketsMax)) {
    const crowds: Crowd[] = [];
    try {
      for (const contender of group) {
        say(`${count(shape.rooms)} × ${count(shape.members)} members, ${contender.name}`);
        const crowd = await Crowd.gather(contender, shape).catch(reasonOf);
        if (crowd instanceof Crowd) crowds.push(crowd);
        else refuse(contender, crowd);
      }
      await measure(crowds);
    } finally {
      for (const crowd of crowds) await crowd[Symbol.asyncDispose]();
    }
  }
}
