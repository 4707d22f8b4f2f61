// Another contender, in a file of its own: `npm run bench -- --contender FILE`.

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Contender, passingOn } from './contenders.ts';
import { OPCODE, clientFrame } from './frames.ts';
import { Wire } from './wire.ts';

/** What the file's default export is called with. */
const KIT = { passingOn, Wire, clientFrame, OPCODE };

/** `from` is the folder in which the command was typed. */
export async function addedContender(file: string, from: string): Promise<Contender> {
  const { default: make }: { readonly default?: unknown } = await import(
    pathToFileURL(resolve(from, file)).href
  );
  const made: unknown = typeof make === 'function' ? await make(KIT) : undefined;
  if (isContender(made)) return made;
  throw new Error(`${file} exports no function by default that returns a contender`);
}

function isContender(made: unknown): made is Contender {
  if (typeof made !== 'object' || made === null) return false;
  const { name, program, openRoom, writer }: Partial<Contender> = made;
  return (
    typeof name === 'string' &&
    typeof program?.path === 'string' &&
    typeof openRoom === 'function' &&
    typeof writer === 'function'
  );
}
