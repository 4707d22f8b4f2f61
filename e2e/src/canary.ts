// A text and a name that must appear in nothing a server holds, writes or sends; nor may the key of the link.

import type { Person, Stage } from './stage.ts';

export const TEXT = 'canary-text-7f3a91';
export const NAME = 'Canary-Name-52cd';

/** The room's id is no secret of the link; the others are, and so are text and name. */
export function canariesOf(link: string): { readonly roomId: string; readonly canaries: readonly string[] } {
  const [address = '', key = ''] = link.split('#');
  const roomId = address.slice(address.lastIndexOf('/') + 1);
  return { roomId, canaries: [TEXT, NAME, key.slice(1, 33), key] };
}

/** Two people under that name, one of whom says the text and one of whom reads it, also after a reload. */
export async function talk(stage: Stage): Promise<{ ann: Person; bob: Person; link: string }> {
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom({ name: NAME });
  await bob.join(link, NAME);
  await ann.send(TEXT);
  await bob.sees(TEXT);
  await bob.page.reload();
  await bob.inRoom();
  await bob.sees(TEXT);
  return { ann, bob, link };
}

/** Spellings in which the canary shows. */
export function sightings(bytes: Buffer, canary: string): readonly string[] {
  const plain = Buffer.from(canary);
  const spellings = {
    plain,
    utf16: Buffer.from(canary, 'utf16le'),
    hex: Buffer.from(plain.toString('hex')),
    // Two characters fewer at either end, to depend less on alignment.
    base64: Buffer.from(plain.toString('base64').slice(0, 16)),
    base64url: Buffer.from(plain.toString('base64url').slice(0, 16)),
  };
  return Object.entries(spellings).flatMap(([name, spelling]) => (bytes.includes(spelling) ? [name] : []));
}
