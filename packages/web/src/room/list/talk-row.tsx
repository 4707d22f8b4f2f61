// A line about what someone did to messages: pinned one, or saved a copy of all.

import type { RoomNotice } from '@mayfly/client';
import { clockTime } from '../../ui/clock-time.ts';
import { talkRowTexts } from '../../words/talk-rows.ts';
import { pieces } from '../../words/sentence.ts';
import type { RoomView } from '../model/room-view.ts';
import { AuthorName } from './author-name.tsx';

type TalkRowProps = { readonly notice: RoomNotice; readonly view: RoomView };

/** An effect has a line only if its author signed two of them. */
export function TalkRow({ notice: { what, from, own, at, target, conflicting }, view }: TalkRowProps) {
  if (what === 'effect' && !conflicting) return null;
  const name = <AuthorName person={from} people={view.people} />;
  const words = talkRowTexts.done[what];
  return (
    <li class={conflicting ? 'notice notice--warn' : 'notice'}>
      <span>{own ? words.own : pieces(words.other, { name })}</span>
      <time>{clockTime(at)}</time>
      {what === 'pinned' && target !== undefined && (
        <button
          class="link-button"
          type="button"
          onClick={() => {
            view.jump.value = { key: target };
          }}
        >
          {talkRowTexts.goToPinned}
        </button>
      )}
    </li>
  );
}
