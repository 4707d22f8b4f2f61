// Words of every kind that must appear in nothing a server holds, writes or sends; nor may the key of the link.

import type { Message, Room } from '@mayfly/client';
import { RoomFiles } from '@mayfly/client/files';
import type { Person, Stage } from './stage.ts';
import { joinBySdk } from './writers.ts';

export const TEXT = 'canary-text-7f3a91';
export const NAME = 'Canary-Name-52cd';
const ROOM_NAME = 'canary-room-91be';
const TOPIC = 'canary-topic-0d37';
const SAID = 'canary-said-6e02';
const EDITED = 'canary-edited-c4f8';
const QUESTION = 'canary-question-37aa';
const OPTIONS = ['canary-option-e1d9', 'canary-option-58b0'] as const;
/** No code of a server has it. */
const EMOJI = '👩🏾‍🚀';
/** A recording with a picture of itself: what its message says of it, and what it holds. */
const FILE = {
  name: 'canary-file-4b1e.webm',
  mime: 'audio/x-canary-93d7',
  caption: 'canary-caption-d20f',
  content: 'canary-content-a6c4',
  wave: 'canary-wave-7be2',
  thumb: 'canary-thumb-15f8',
  /** No number of a heap snapshot: those are odd, multiples of seven, or smaller. */
  size: 2_468_014,
};
const WORDS = [TEXT, NAME, ROOM_NAME, TOPIC, SAID, EDITED, QUESTION, ...OPTIONS, EMOJI];
/** How many messages `talk` makes. */
export const MESSAGES = 6;

/** The room's id is no secret of the link; the others are, and so are text and name. */
export function canariesOf(link: string): { readonly roomId: string; readonly canaries: readonly string[] } {
  const [address = '', key = ''] = link.split('#');
  const roomId = address.slice(address.lastIndexOf('/') + 1);
  return { roomId, canaries: [...WORDS, ...Object.values(FILE).map(String), key.slice(1, 33), key] };
}

/**
 * Two people under that name, one of whom says the text and one of whom reads it, also after a reload. A third one edits,
 * reacts, asks and shares a file.
 */
export async function talk(stage: Stage): Promise<{ ann: Person; bob: Person; link: string }> {
  const ann = await stage.person();
  const bob = await stage.person();
  const link = await ann.createRoom({ name: NAME, roomName: ROOM_NAME, topic: TOPIC });
  await bob.join(link, NAME);
  await ann.send(TEXT);
  await bob.sees(TEXT);
  await bob.page.reload();
  await bob.inRoom();
  await bob.sees(TEXT);
  await sayMore(link);
  for (const words of [EDITED, QUESTION, FILE.caption]) await ann.sees(words);
  await ann.log().getByText(EMOJI).waitFor();
  return { ann, bob, link };
}

/** Resolves when all is in the log. */
async function sayMore(link: string): Promise<void> {
  const room = joinBySdk(link, NAME);
  await new Promise<void>((resolve, reject) => {
    const missing = new Set(['asked', 'edited', 'reacted', 'shared']);
    const take = ({ own, key, text, poll, edits, reactions, file }: Message): void => {
      if (!own) return;
      if (file !== undefined) missing.delete('shared');
      if (text === SAID && edits === undefined) {
        room.edit(key, EDITED);
        room.react(key, EMOJI);
      }
      if (poll !== undefined) missing.delete('asked');
      if (edits !== undefined) missing.delete('edited');
      if (reactions.length > 0) missing.delete('reacted');
      if (missing.size === 0) resolve();
    };
    room.subscribe((update) => {
      if (update.type === 'messages') update.messages.forEach(take);
    });
    room.send(SAID);
    room.poll({ question: QUESTION, options: OPTIONS, many: false });
    share(room, new URL(link).origin).catch(reject);
  });
  room.close();
}

async function share({ files }: Room, origin: string): Promise<void> {
  const { name, mime, caption, content, size } = FILE;
  const [wave, thumb] = [Buffer.from(FILE.wave), Buffer.from(FILE.thumb)];
  const source = new Blob([Buffer.alloc(size, content)]);
  const sent = await new RoomFiles(files, { origin }).send(source, { name, mime, caption, wave, thumb });
  if (!sent.ok) throw new Error(sent.reason);
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
