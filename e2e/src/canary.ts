// Words of every kind that must appear in nothing a server holds, writes or sends; nor may the key of the link.

import type { Message } from '@mayfly/client';
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
const WORDS = [TEXT, NAME, ROOM_NAME, TOPIC, SAID, EDITED, QUESTION, ...OPTIONS, EMOJI];
/** How many messages `talk` makes. */
export const MESSAGES = 5;

/** The room's id is no secret of the link; the others are, and so are text and name. */
export function canariesOf(link: string): { readonly roomId: string; readonly canaries: readonly string[] } {
  const [address = '', key = ''] = link.split('#');
  const roomId = address.slice(address.lastIndexOf('/') + 1);
  return { roomId, canaries: [...WORDS, key.slice(1, 33), key] };
}

/**
 * Two people under that name, one of whom says the text and one of whom reads it, also after a reload. A third one edits,
 * reacts and asks.
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
  for (const words of [EDITED, QUESTION]) await ann.sees(words);
  await ann.log().getByText(EMOJI).waitFor();
  return { ann, bob, link };
}

/** Resolves when all is in the log. */
async function sayMore(link: string): Promise<void> {
  const room = joinBySdk(link, NAME);
  await new Promise<void>((resolve) => {
    const missing = new Set(['asked', 'edited', 'reacted']);
    const take = ({ own, key, text, poll, edits, reactions }: Message): void => {
      if (!own) return;
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
  });
  room.close();
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
