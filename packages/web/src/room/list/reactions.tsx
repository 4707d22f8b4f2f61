// The reactions to a message, one chip for each emoji.

import type { Message, Reaction } from '@mayfly/client';
import { marksTexts } from '../../words/marks.ts';
import { roomTexts } from '../../words/room.ts';
import { figure } from '../../words/quantities.ts';
import { personName } from '../model/person-name.ts';
import type { RoomView } from '../model/room-view.ts';

type ReactionsProps = { readonly message: Message; readonly view: RoomView };

export function Reactions({ message: { key, reactions }, view }: ReactionsProps) {
  if (reactions.length === 0) return null;
  return (
    <div class="reactions" role="group" aria-label={marksTexts.reactions}>
      {reactions.map((reaction) => (
        <Chip
          key={reaction.emoji}
          reaction={reaction}
          onPress={() => view.react(key, reaction.emoji)}
          view={view}
        />
      ))}
    </div>
  );
}

type ChipProps = { readonly reaction: Reaction; readonly view: RoomView; readonly onPress: () => void };

function Chip({ reaction, view, onPress }: ChipProps) {
  const names = namesOf(reaction, view);
  return (
    <button
      class="reaction"
      type="button"
      aria-pressed={reaction.own}
      aria-label={marksTexts.reactionOf(reaction.emoji, reaction.people.length, names)}
      title={names}
      onClick={onPress}
    >
      {reaction.emoji}
      <span>{figure(reaction.people.length)}</span>
    </button>
  );
}

/** More than these are counted. */
const NAMES_MAX = 10;

/** Who reacted, as a list. */
export function namesOf({ people, own }: Reaction, view: RoomView): string {
  const you = view.people.you.peek()?.idPk;
  const others = people.filter(({ idPk }) => !own || idPk !== you);
  const named = others.slice(0, NAMES_MAX).map((person) => personName(person, view.people));
  const listed = others.length < people.length ? [...named, roomTexts.you] : named;
  return marksTexts.reactors(listed, others.length - named.length);
}
