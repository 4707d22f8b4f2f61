// The message that another one answers. A press goes there.

import type { ReplyTo } from '@mayfly/client';
import { roomTexts } from '../../words/room.ts';
import type { RoomView } from '../model/room-view.ts';
import { AuthorName } from './author-name.tsx';
import { messageLine } from './message-line.ts';

type QuoteProps = { readonly replyTo: ReplyTo; readonly view: RoomView };

export function Quote({ replyTo: { key, from, text, fileName }, view }: QuoteProps) {
  if (key === undefined || from === undefined || view.timeline.message(key) === undefined)
    return <p class="quote quote--gone">{roomTexts.noLongerHere}</p>;
  return (
    <button
      class="quote"
      type="button"
      data-hue={view.people.hueOf(from)}
      title={roomTexts.goToQuoted}
      onClick={() => {
        view.jump.value = { key };
      }}
    >
      <AuthorName person={from} people={view.people} />
      <span dir="auto">{messageLine(text, fileName)}</span>
    </button>
  );
}
