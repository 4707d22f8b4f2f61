// A text and a name that must appear in nothing a server holds, writes or sends; nor may the key of the link.

export const TEXT = 'canary-text-7f3a91';
export const NAME = 'Canary-Name-52cd';

/** The room's id is no secret of the link; the others are, and so are text and name. */
export function canariesOf(link: string): { readonly roomId: string; readonly canaries: readonly string[] } {
  const [address = '', key = ''] = link.split('#');
  const roomId = address.slice(address.lastIndexOf('/') + 1);
  return { roomId, canaries: [TEXT, NAME, key.slice(1, 33), key] };
}

/** Spellings in which the canary shows. */
export function sightings(bytes: Buffer, canary: string): readonly string[] {
  const plain = Buffer.from(canary);
  const spellings = {
    plain,
    utf16: Buffer.from(canary, 'utf16le'),
    hex: Buffer.from(plain.toString('hex')),
    // Two characters fewer at either end, so that the alignment does not matter much.
    base64: Buffer.from(plain.toString('base64').slice(0, 16)),
    base64url: Buffer.from(plain.toString('base64url').slice(0, 16)),
  };
  return Object.entries(spellings).flatMap(([name, spelling]) => (bytes.includes(spelling) ? [name] : []));
}
