// A room's name and topic: the owner's words, sealed into the charter (CHARTER-6).

import { TOPIC_BYTES_MAX, TOPIC_POINTS_MAX, utf8 } from '@mayfly/protocol';
import { cleanName, nameFits } from './person.ts';

/** Each is left out where there is none. */
export type RoomWords = { readonly name?: string; readonly topic?: string };

/** At most 140 code points and 200 bytes. */
export function topicFits(topic: string): boolean {
  return Array.from(topic).length <= TOPIC_POINTS_MAX && utf8(topic).length <= TOPIC_BYTES_MAX;
}

/** The words as they may be shown and sealed; without those that are too long or have nothing to see. */
export function cleanRoomWords({ name = '', topic = '' }: RoomWords): RoomWords {
  const cleanedName = nameFits(name) ? clean(name) : '';
  const cleanedTopic = topicFits(topic) ? clean(topic) : '';
  return { ...(cleanedName && { name: cleanedName }), ...(cleanedTopic && { topic: cleanedTopic }) };
}

/** Throws a RangeError for words that are too long; callers check first. */
export function fittingRoomWords({ name = '', topic = '' }: RoomWords): RoomWords {
  const words = { name: clean(name), topic: clean(topic) };
  if (!nameFits(words.name)) throw new RangeError('CHARTER-6: name');
  if (!topicFits(words.topic)) throw new RangeError('CHARTER-6: topic');
  return cleanRoomWords(words);
}

const LONE_SURROGATES = /\p{Cs}/gu;

function clean(text: string): string {
  return cleanName(text.replace(LONE_SURROGATES, '\uFFFD'));
}
